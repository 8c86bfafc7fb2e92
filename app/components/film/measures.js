/** The film's arithmetic: which tokens a text has after some merges, and what a token is made of. No DOM. */

export const BYTES = 256;

/** [{start, end, id}] after `done` merges. A border between two bytes is gone once its merge is done; the last merge
 *  inside a piece is the one that made it. */
export function cut({ bytes, borders }, done) {
  const pieces = [];
  let start = 0;
  let newest = 0;
  for (let end = 1; end <= bytes.length; end += 1) {
    const gone = borders[end - 1] ?? 0;
    if (gone && gone <= done) {
      newest = Math.max(newest, gone);
      continue;
    }
    pieces.push({ start, end, id: newest ? BYTES - 1 + newest : bytes[start] });
    start = end;
    newest = 0;
  }
  return pieces;
}

/** Indices of pieces that the next merge takes: the left and the right ones. */
export function meeting(pieces, pair, starts) {
  const wordStarts = new Set(starts);
  const left = new Set();
  const right = new Set();
  if (!pair) return { left, right };
  for (let index = 0; index + 1 < pieces.length; index += 1) {
    const [a, b] = [pieces[index], pieces[index + 1]];
    if (a.id !== pair[0] || b.id !== pair[1] || wordStarts.has(b.start)) continue;
    left.add(index);
    right.add(index + 1);
    index += 1;
  }
  return { left, right };
}

/** The tree of a token: {id, merge, children}; bytes have no children. `merge` counts from 1. */
export function treeOf(id, scenes) {
  if (id < BYTES) return { id, merge: 0, children: [] };
  const merge = id - BYTES + 1;
  const [left, right] = scenes[merge - 1];
  return { id, merge, children: [treeOf(left, scenes), treeOf(right, scenes)] };
}

/** Numbers of the merges that a token took, in order. */
export function mergesOf(tree) {
  if (!tree.merge) return [];
  return [...new Set([...tree.children.flatMap(mergesOf), tree.merge])].sort((a, b) => a - b);
}

/** How many tokens the text that is learned from has after `done` merges. */
export const tokensLeft = ({ scenes, atFirst }, done) => (done ? scenes[done - 1][3] : atFirst);
