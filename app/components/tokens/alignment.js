/** Places pieces of a text under its characters: how many cells each character needs, and where each piece begins and ends. */

const FRAGMENT = /^<0x[0-9A-F]{2}>$/;
const FRAGMENTS = /<0x[0-9A-F]{2}>/g;
const SPECIAL = /^(<\w+>|<\|\w+\|>|\[[A-Z]+\])$/;
const MARKS = /^##(?=.)|(?<=.)<\/w>$/g; // what some tokenizers put to parts of words
const encoder = new TextEncoder();
const byteLength = (character) => encoder.encode(character).length;

/** One cell a character, or one a byte where the last step spells it in bytes. `pieces` are those of the last step. */
export function cellsOf(characters, pieces) {
  const cells = [];
  let piece = 0;
  let inside = 0; // characters of the present piece that are placed already
  for (const character of characters) {
    if (pieces[piece] !== undefined && FRAGMENT.test(pieces[piece])) {
      cells.push(byteLength(character));
      piece += byteLength(character);
      continue;
    }
    cells.push(1);
    inside += 1;
    if (inside >= lengthOf(pieces[piece], characters)) {
      piece += 1;
      inside = 0;
    }
  }
  return cells;
}

/** Special tokens such as <unk> stand for one character; others for as many as they have. */
function lengthOf(piece, characters) {
  if (piece === undefined) return 1;
  return SPECIAL.test(piece) && !characters.join("").includes(piece) ? 1 : [...piece].length;
}

/** [{piece, start, span}] of one step in cells; `bytes` when each piece is one byte. */
export function placePieces(pieces, characters, cells, bytes) {
  let cell = 0;
  let character = 0;
  let spelled = 0; // bytes of the present character that are placed already
  return pieces.map((piece) => {
    const start = cell;
    if (bytes || FRAGMENT.test(piece)) {
      cell += 1;
      spelled += 1;
      // a row of bytes may have narrower characters than its cells: then the last byte takes what is left
      if (spelled >= byteLength(characters[character] ?? "")) {
        spelled = 0;
        character += 1;
      }
    } else {
      const length = lengthOf(piece, characters);
      for (let index = 0; index < length; index += 1) cell += cells[character + index] ?? 1;
      character += length;
    }
    return { piece, start, span: cell - start };
  });
}

/** The same where a cell is a byte: a piece takes as many as it has bytes, " <0xE4>" two. */
export function placeInBytes(pieces) {
  let cell = 0;
  return pieces.map((piece) => {
    const start = cell;
    const parts = piece.match(FRAGMENTS) ?? [];
    cell += parts.length + byteLength(piece.replace(FRAGMENTS, ""));
    return { piece, start, span: cell - start };
  });
}

const isSpecial = (piece) => SPECIAL.test(piece) && !FRAGMENT.test(piece);

/** <unk> and the like need more room than the character that they stand for. */
export const isWide = (piece) => isSpecial(piece) || piece.endsWith("</w>");

/** The same for pieces that left blanks, capitals or accents out: each at its next letters; null where one has none. */
export function placeAmong(pieces, characters, cells) {
  const edges = cells.reduce((sums, width) => [...sums, sums.at(-1) + width], [0]);
  const alike = (one, other) => one !== undefined && one.localeCompare(other, undefined, { sensitivity: "base" }) === 0;
  const found = [];
  let at = 0;
  for (const piece of pieces) {
    const signs = isSpecial(piece) ? null : [...piece.replace(MARKS, "")];
    const fits = () => (signs ? signs.every((sign, index) => alike(characters[at + index], sign)) : characters[at].trim() !== "");
    while (at < characters.length && !fits()) at += 1;
    const end = at + (signs?.length ?? 1);
    if (end > characters.length) return null;
    found.push({ piece, start: edges[at], span: edges[end] - edges[at] });
    at = end;
  }
  return found;
}

/** Which placed pieces of a step were not there in the step before. */
export function newPieces(before, now) {
  const known = new Set((before ?? []).map(({ start, span }) => `${start}+${span}`));
  return now.map(({ start, span }) => before !== null && !known.has(`${start}+${span}`));
}
