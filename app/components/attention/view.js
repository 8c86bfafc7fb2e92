/** What of the picture is in view: small questions about the state that every part asks alike. */

/** The head that the large picture shows: the one under the pointer, else the locked one. */
export function shownHead(state) {
  return state.hovered && !state.isolated ? state.hovered : state.locked;
}

export function shownQuery(state) {
  return state.hoveredQuery ?? state.query;
}

/** What a link needs to open the same picture; heads count from 1, as on screen. */
export function viewOf(run, text, state) {
  const moment = state.points[state.selected];
  return {
    run, text,
    layer: state.locked.layer + 1,
    head: state.locked.head + 1,
    query: state.query,
    at: state.follows || !moment ? null : moment.step,
  };
}

/** The state that a picture starts with, from the view of a link or of the picture before it; all of it may be foolish. */
export function startOf(film, { layer, head, query }) {
  const within = (value, end, otherwise) => (Number.isInteger(value) && value >= 0 && value < end ? value : otherwise);
  return {
    locked: { layer: within((layer ?? 1) - 1, film.layers, 0), head: within((head ?? 1) - 1, film.heads, 0) },
    query: within(query, film.size, Math.min(film.size - 1, Math.round(film.size * 0.7))),
  };
}

/** The head whose name is surest: a good first sight. Evenness is what untrained heads have, so it does not count. */
export function clearestHead(film, moment, measureAt) {
  let best = { layer: 1, head: 1, margin: -Infinity };
  for (let layer = 0; layer < film.layers; layer += 1) {
    for (let head = 0; head < film.heads; head += 1) {
      const { sure, name, score, threshold } = measureAt(moment, { layer, head });
      const margin = sure && name !== "broad" ? score - threshold : -Infinity;
      if (margin > best.margin) best = { layer: layer + 1, head: head + 1, margin };
    }
  }
  return { layer: best.layer, head: best.head };
}
