/** The bars of both distributions, a column for each outcome: dragged, or moved by keys; the others make room. */
import { element, setText } from "../kit/dom.js";
import { fixed } from "../kit/format.js";
import { visibleToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { askedGuess } from "./choice.js";
import { distributions, logitsOf, surpriseShare, withShare } from "./maths.js";
import { inUnit, unitOfTerms } from "./units.js";

/** The name of an outcome; null is all that the model would not rather say. */
export const outcomeName = (outcome) => (outcome === null ? t("others") : visibleToken(outcome));

const GIVE = {
  p: (state, p) => ({ truth: p, smoothing: 0 }),
  q: (state, q) => ({ logits: logitsOf(q, state.temperature) }),
};

export function createBars(store, origin) {
  const names = element("div", { class: "outcome-names" }, element("span"), element("span", { class: "truth-name", text: t("truth p") }),
    element("span", { class: "guess-name", text: t("guess q") }), element("span", { class: "note mono", text: "−p ln q" }));
  const term = names.lastElementChild;
  const box = element("div", { class: "outcomes", role: "group", aria: { label: t("Truth and guess, outcome by outcome") } });
  let columns = [];
  store.watch(["truth", "smoothing", "logits", "temperature", "outcomes", "unit", "hovered", "palette"], (state) => {
    const { p, q } = distributions(state);
    if (columns.length !== p.length) {
      columns = p.map((_share, index) => createColumn(store, index, origin));
      box.replaceChildren(names, ...columns.map(({ column }) => column));
      box.style.setProperty("--columns", p.length);
    }
    setText(term, state.unit === "bits" ? "−p log₂ q" : "−p ln q");
    columns.forEach(({ show }, index) => show(p[index], q[index], state));
  });
  return box;
}

function createColumn(store, index, origin) {
  const name = element("bdi", { class: "outcome mono" });
  const truth = createBar({ kind: "p", give: (share) => give(store, "p", index, share), value: () => distributions(store.state).p[index] });
  const guess = createBar({ kind: "q", give: (share) => give(store, "q", index, share), value: () => distributions(store.state).q[index] });
  const [p, part] = ["truth-name", "muted"].map((kind) => element("span", { class: `mono ${kind}` }));
  const number = origin.live();
  const q = element("span", { class: "mono guess-name" }, number.node);
  const column = element("div", { class: "outcome-column" }, element("div", { class: "bar-pair" }, truth.bar, guess.bar), name, p, q, part);
  const hover = (hovered) => () => store.set({ hovered });
  for (const [event, hovered] of [["pointerenter", index], ["pointerleave", null], ["focusin", index], ["focusout", null]]) column.addEventListener(event, hover(hovered));
  function show(share, guessed, state) {
    const { outcomes, unit, hovered } = state;
    const outcome = outcomeName(outcomes[index]);
    setText(name, outcome);
    name.title = outcome;
    column.classList.toggle("hovered", hovered === index);
    truth.show(share, t("truth p of {outcome}", { outcome }));
    guess.show(guessed, t("guess q of {outcome}", { outcome }));
    setText(p, fixed(share));
    number.show(fixed(guessed), askedGuess(state, index));
    setText(part, fixed(inUnit(surpriseShare(share, guessed), unitOfTerms(unit))));
  }
  return { column, show };
}

function give(store, kind, index, share) {
  const moved = withShare(distributions(store.state)[kind], index, share);
  store.set({ ...GIVE[kind](store.state, moved), steps: [] });
}

/** One bar from 0 to 1 as a slider: `give(share)` when it is moved, `show(share, label)`. */
export function createBar({ kind, give: moved, value }) {
  const fill = element("span", { class: "hand-fill" });
  const bar = element("div", { class: `hand-bar ${kind}`, role: "slider", tabindex: "0", aria: { valuemin: "0", valuemax: "1", orientation: "vertical" } }, fill);
  const pick = (event) => {
    const box = bar.getBoundingClientRect();
    moved(Math.max(0, Math.min(1, Math.round((1 - (event.clientY - box.top) / box.height) * 100) / 100)));
  };
  bar.addEventListener("pointerdown", (event) => { bar.setPointerCapture(event.pointerId); pick(event); });
  bar.addEventListener("pointermove", (event) => { if (bar.hasPointerCapture(event.pointerId)) pick(event); });
  bar.addEventListener("keydown", (event) => {
    const steps = { ArrowUp: 0.01, ArrowRight: 0.01, ArrowDown: -0.01, ArrowLeft: -0.01, PageUp: 0.1, PageDown: -0.1, Home: -1, End: 1 };
    if (!(event.key in steps)) return;
    event.preventDefault();
    event.stopPropagation();
    moved(Math.max(0, Math.min(1, Math.round((value() + steps[event.key]) * 100) / 100)));
  });
  function show(share, label) {
    fill.style.height = `${share * 100}%`;
    bar.setAttribute("aria-label", label);
    bar.setAttribute("aria-valuenow", share.toFixed(2));
    bar.setAttribute("aria-valuetext", fixed(share));
    bar.title = `${label}: ${fixed(share)}`;
  }
  return { bar, show };
}
