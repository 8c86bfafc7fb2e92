/** What follows from two texts and what either model gave each token of both. Nothing here draws. */

/** The place of the first token of `own` that is not wholly in the other text; null while they agree. */
export function partingOf(own, other) {
  const [mine, theirs] = [own.join(""), other.join("")];
  let same = 0;
  while (same < mine.length && same < theirs.length && mine[same] === theirs[same]) same += 1;
  if (same === mine.length || same === theirs.length) return null;
  let length = 0;
  return own.findIndex((token) => {
    length += token.length;
    return length > same;
  });
}

const bitsOf = (share) => -Math.log2(Math.max(share, 1e-300));

/** Of the first `count` tokens of one text: mean bits under its own model and under the other, how many of them the
 *  other would have chosen too, and how many characters they are. */
export function summary(rows, side, texts, count) {
  const tokens = rows.slice(0, count).map((row) => row[side]);
  const sum = (value) => tokens.reduce((total, token) => total + value(token), 0);
  const read = tokens.filter(({ q }) => q !== null);
  return {
    count: tokens.length,
    own: sum(({ p }) => bitsOf(p)) / tokens.length,
    other: read.length === tokens.length && tokens.length ? sum(({ q }) => bitsOf(q)) / tokens.length : null,
    same: tokens.filter(({ same }) => same).length,
    judged: tokens.filter(({ same }) => same !== null).length,
    perCharacter: sum(({ p }) => bitsOf(p)) / Math.max(1, sum(({ id }) => [...texts[id]].length)),
  };
}

/** The candidates of both lines, the largest share first: [{token, shares: [of the first, of the second]}]. */
export function candidatesOf(lines, texts, most = 8) {
  const found = new Map();
  lines.forEach((slices, line) => (slices ?? []).forEach(([id, share]) => {
    const token = texts[line][id];
    const row = found.get(token) ?? { token, shares: lines.map((each) => (each ? 0 : null)) };
    row.shares[line] = share;
    found.set(token, row);
  }));
  const largest = ({ shares }) => Math.max(...shares.map((share) => share ?? 0));
  return [...found.values()].toSorted((one, other) => largest(other) - largest(one)).slice(0, most);
}
