/** How large everything is: the width at hand and the tokens in, pixels out. Pure, so that it can be tested.
 *
 *      keys ——lines—— queries | matrix             wide: both share their rows
 *
 *      rows | matrix                               narrow: the matrix first, the lines under it
 *      keys ————— lines ————— queries
 *
 *  A label needs about 12 px. Where a row is lower, single characters take turns in two or three columns, and what still
 *  has no room is left out, except where the reader looks.
 */
const ROW_NEED = 11; // pixels a row needs for a label of its own, and a column for a word that stands on end
const COLUMN_NEED = 8; // pixels a column needs for one character
const MOST_TURNS = 3;
const LARGEST_PITCH = 28;
const STACKED_BELOW = 640;
const LINES = { least: 120, most: 260 };
const PLATE = 264; // what name, scale and evidence need beside the matrix
const CORNER = 560; // the matrix whose empty corner holds all of that

export function layoutOf({ width, size, scale, single, labelWidth, whole = false }) {
  const stacked = width < STACKED_BELOW * scale;
  const turn = 12 * scale;
  const gutterOf = (turns) => (single ? 6 * scale + turns * turn : labelWidth + 8 * scale);
  const roomFor = (gutter) => (stacked ? width - gutter : width - LINES.least * scale - 2 * gutter);
  const pitchFor = (gutter) => Math.max(1, Math.min(LARGEST_PITCH * scale, Math.floor((roomFor(gutter) - 2) / size)));
  let rows = labelPlan(pitchFor(gutterOf(1)), ROW_NEED * scale, single ? MOST_TURNS : 1);
  const pitch = pitchFor(gutterOf(rows.turns));
  rows = labelPlan(pitch, ROW_NEED * scale, rows.turns);
  const gutter = gutterOf(rows.turns);
  const columns = single ? labelPlan(pitch, COLUMN_NEED * scale, MOST_TURNS) : labelPlan(pitch, ROW_NEED * scale, 1);
  const side = pitch * size;
  const top = single ? 12 * scale + columns.turns * 14 * scale : labelWidth + 14 * scale;
  const free = width - side - 2 - 2 * gutter; // the matrix needs 2 px for its frame
  const linesWidth = stacked ? width : Math.min(free, LINES.most * scale) + 2 * gutter;
  const rowPitch = stacked ? Math.max(4, Math.min(13 * scale, (420 * scale) / size)) : pitch;
  return {
    stacked, pitch, side, gutter, top, rows, columns, turn, linesWidth, rowPitch, single, labelWidth,
    lineRows: labelPlan(rowPitch, ROW_NEED * scale, rows.turns),
    left: stacked ? gutter : 0,
    place: placeOf({ stacked, side, scale, whole, rest: width - linesWidth - side - 2 }),
  };
}

/** Every how many positions a label stands, and in how many turns (columns side by side) the labels take their places. */
export function labelPlan(pitch, need, mostTurns) {
  const slots = Math.max(1, Math.ceil(need / pitch));
  const turns = Math.min(slots, mostTurns);
  return { every: Math.ceil(slots / turns), turns };
}

/** The turn in which a position's label stands, or -1 where there is no room for it. */
export function turnOf({ every, turns }, position) {
  return position % every ? -1 : (position / every) % turns;
}

/** Where the name, the scale and the evidence go; a whole square has no empty corner. */
function placeOf({ stacked, side, scale, whole, rest }) {
  if (whole) return !stacked && rest >= PLATE * scale ? "beside" : "below";
  if (!stacked && side >= CORNER * scale) return "corner";
  if (!stacked && rest >= PLATE * scale) return "beside";
  return side >= 250 * scale ? "split" : "below";
}
