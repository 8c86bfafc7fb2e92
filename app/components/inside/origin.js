/** Where a number of the walk came from: the panel under the stop, and the way on to each operand's own stop. */
import { prefersReducedMotion } from "../kit/dom.js";
import { quotedToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { createPanel } from "./panel.js";
import { axisName, fullName, madeOf, stopOf, tensorName } from "./stops.js";

/** `pick(key, at)` chooses another number: one of the operands. */
export function createOrigin(store, { pick, goBack }) {
  const { panel, show } = createPanel({
    pick: (operand, place) => pick(madeOf(store.state.stops, operand.of).key, place),
    close: () => store.set({ number: null, source: null }),
  });
  let shown = null;
  let stop = null; // that was in view

  store.watch(["number", "source", "palette", "width", "stops", "at"], (state, changed) => {
    const held = panel.contains(panel.getRootNode().activeElement);
    const moved = stop !== null && stop !== state.at;
    stop = state.stops.length ? state.at : null;
    panel.hidden = state.number === null;
    if (panel.hidden && held) goBack();
    if (panel.hidden || !state.palette || !state.stops.length) return;
    const { source, palette, width } = state;
    const fresh = source !== shown;
    shown = source;
    show(source, placeText(state), { nameOf: (operand) => nameOf(state, operand), reach: ({ of }) => reach(state, of) }, { palette, width, stamp: `${state.turn} ${state.themeTurn}` });
    if (changed.has("number") && (held || moved)) panel.focus({ preventScroll: true }); // what was pressed is gone
    if (fresh && source && !source.error && changed.has("source")) panel.scrollIntoView({ block: "nearest", behavior: prefersReducedMotion() ? "auto" : "smooth" });
  });

  return { panel };
}

/** The stop that has the tensor. */
function reach({ stops }, key) {
  const at = stopOf(stops, key);
  return at < 0 ? null : fullName(stops[at]);
}

function nameOf({ stops }, { of, weight, place, axis }) {
  if (weight) return t("{weight}, row {row}", { weight: of, row: place[0] });
  const rest = place.filter((_, each) => each !== axis);
  return `${reach({ stops }, of) ?? of} [${rest.join(", ")}]`;
}

/** "q · head 2 · token “e” (5) · number 3" */
function placeText({ number: chosen, stops, overview, source }) {
  const made = madeOf(stops, chosen.key);
  if (!made) return chosen.key;
  const named = [...made.axes].map((axis, at) => {
    const place = chosen.at[at];
    if (axis === "H") return t("head {head}", { head: place + 1 });
    if (axis === "T" || axis === "S") return `${axisName(axis)} ${quotedToken(overview.tokens[place])} (${place + 1})`;
    if (axis === "V" && source?.token) return `${axisName(axis)} ${quotedToken(source.token)} (${place})`;
    return `${axisName(axis)} ${place}`;
  });
  return [fullName(stops[stopOf(stops, chosen.key)]), tensorName(made.key), ...named].join(" · ");
}
