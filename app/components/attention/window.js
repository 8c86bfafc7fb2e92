/** The part of a long sentence that the large picture shows: a window over its tokens, the same for rows and columns. Pure. */
import { cellCount, cellIndex, keysOf, rowStart } from "./cells.js";

export const WINDOWS = [32, 64, 128];
const BEGIN_WITH = 64; // tokens of a sentence that is too long to read at once
const READABLE = 96;

/** Tokens in the window that a picture begins with; null: all. */
export const firstWindow = (size) => (size > READABLE ? BEGIN_WITH : null);

/** {from, size, tokens}: what of the film is in the window; `wide` of it, and of the whole film (`filmWide`), as in cells.js. */
export function windowOf(film, { windowSize, windowFrom }) {
  const size = Math.min(film.size, windowSize ?? film.size);
  const from = Math.max(0, Math.min(windowFrom, film.size - size));
  return { from, size, wide: film.wide ? size : 0, filmWide: film.wide, whole: size === film.size, tokens: size === film.size ? film.tokens : film.tokens.slice(from, from + size) };
}

/** Where the window must begin so that a position lies in it: as near to where it was as can be. */
export function windowTo(film, state, position) {
  const { from, size } = windowOf(film, state);
  if (position < from) return Math.max(0, position - Math.floor(size / 4));
  if (position >= from + size) return Math.min(film.size - size, position - size + 1 + Math.floor(size / 4));
  return from;
}

/** The window's own map, cut out of the whole one. */
export function cutTriangle(triangle, { from, size, whole, wide = 0, filmWide = 0 }) {
  if (whole) return triangle;
  const cut = new Float32Array(cellCount(size, wide));
  for (let query = 0; query < size; query += 1) {
    const start = cellIndex(from + query, from, filmWide);
    cut.set(triangle.subarray(start, start + keysOf(query, wide)), rowStart(query, wide));
  }
  return cut;
}

/** What each row of the window gives to tokens outside the window: before it and, without a mask, behind it. */
export function sharesOutside(weights, { from, size, filmWide = 0 }) {
  return Float32Array.from({ length: size }, (_, query) => {
    const start = rowStart(from + query, filmWide);
    let share = 0;
    for (let key = 0; key < from; key += 1) share += weights[start + key];
    for (let key = from + size; key < filmWide; key += 1) share += weights[start + key];
    return share;
  });
}

/** The state as the window sees it: positions count from its first token, and those outside are null. */
export function stateWithin(state, { from, size, whole }) {
  if (whole) return state;
  const within = (position) => (position === null || position < from || position >= from + size ? null : position - from);
  return { ...state, query: within(state.query), key: within(state.key), hoveredQuery: within(state.hoveredQuery), hoveredKey: within(state.hoveredKey) };
}
