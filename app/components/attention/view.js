/** What of the picture is in view: small questions about the state that every part asks alike. */

import { placesOf } from "./payload.js";

/** The head under the pointer, else the locked one. */
export function headInView(state) {
  return state.hovered && !state.isolated ? state.hovered : state.locked;
}

/** What the large picture shows: that head's map, or that of many, where `combine` says so. */
export function shownHead(state) {
  const head = headInView(state);
  return state.combine ? { ...head, combine: state.combine } : head;
}

/** The locked map, whatever the pointer is over. */
export function lockedMap({ locked, combine }) {
  return combine ? { ...locked, combine } : locked;
}

export function shownQuery(state) {
  return state.hoveredQuery ?? state.query;
}

/** What a link needs to open the same picture; heads count from 1, as on screen. */
export function viewOf(run, text, write, state) {
  const moment = state.points[state.selected];
  return {
    run, text, write,
    layer: state.locked.layer + 1,
    head: state.locked.head + 1,
    query: state.query,
    combine: state.combine,
    against: state.againstName,
    at: state.follows || !moment ? null : moment.step,
  };
}

/** The state that a picture starts with, from the view of a link or of the picture before it; all of it may be foolish. */
export function startOf(film, { layer, head, query }) {
  const within = (value, end, otherwise) => (Number.isInteger(value) && value >= 0 && value < end ? value : otherwise);
  return {
    locked: { layer: film.first + within((layer ?? 1) - 1 - film.first, film.end - film.first, 0), head: within((head ?? 1) - 1, film.heads, 0) },
    query: within(query, film.size, Math.min(film.size - 1, Math.round(film.size * 0.7))),
  };
}

const PLAIN = ["first", "sink", "broad"]; // what idle and untrained heads do: no good first sight

/** The head whose name is surest: a good first sight. */
export function clearestHead(film, moment, measureAt) {
  let best = { layer: film.first + 1, head: 1, margin: -Infinity };
  for (const place of placesOf(film)) {
    const { sure, name, score, threshold } = measureAt(moment, place);
    const margin = sure && !PLAIN.includes(name) ? score - threshold : -Infinity;
    if (margin > best.margin) best = { layer: place.layer + 1, head: place.head + 1, margin };
  }
  return { layer: best.layer, head: best.head };
}
