/** Cross-entropy by hand: a truth p and a guess q over four outcomes, dragged or typed with arrows, and what the guess costs. */
import { element, setText } from "../kit/dom.js";
import { fixed } from "../kit/format.js";
import { visibleToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { crossEntropy, divergence, entropy, surpriseShare, withShare } from "./entropy.js";
import { expectedAt, focusOf } from "./probe_data.js";

export const START = { p: [0.5, 0.25, 0.2, 0.05], q: [0.25, 0.25, 0.25, 0.25], outcomes: ["e", "a", "i", "o"] };
const OTHERS = null;

export function createPlayground(store) {
  const columns = [0, 1, 2, 3].map((index) => createColumn(store, index));
  const formula = element("p", { class: "equation", dir: "ltr" });
  const split = element("div", { class: "split" });
  const caption = element("p", { class: "caption", aria: { live: "polite" } });
  const grid = element("div", { class: "outcomes", role: "group", aria: { label: t("Truth and guess over four outcomes") } },
    element("div", { class: "outcome-names" }, element("span"), element("span", { class: "truth-name", text: t("truth p") }),
      element("span", { class: "guess-name", text: t("guess q") }), element("span", { class: "note mono", text: "−p ln q" })),
    ...columns.map(({ column }) => column));
  const panel = element("section", { class: "panel", aria: { label: t("Cross-entropy by hand") } },
    element("div", { class: "panel-heading" }, element("h2", { text: t("Cross-entropy by hand") }),
      element("span", { class: "unit", text: t("drag the bars, or use the arrow keys") }), element("span", { class: "spacer" }), presets(store)),
    element("div", { class: "by-hand" }, grid, element("div", { class: "costs" }, split, formula, caption)));
  store.watch(["p", "q", "outcomes", "palette"], ({ p, q, outcomes }) => {
    columns.forEach(({ show }) => show(p, q, outcomes));
    showFormula(formula, p, q);
    split.replaceChildren(...splitRows(p, q));
    setText(caption, playgroundCaption(p, q));
  });
  return panel;
}

function presets(store) {
  const button = (text, make) => element("button", { type: "button", class: "button small", text, on: { click: () => store.set(make(store.state)) } });
  return element("div", { class: "presets", role: "group", aria: { label: t("Examples") } },
    button(t("Even guess"), ({ p }) => ({ q: p.map(() => 1 / p.length) })),
    button(t("Perfect guess"), ({ p }) => ({ q: [...p] })),
    button(t("Swap p and q"), ({ p, q }) => ({ p: q, q: p })),
    button(t("The token above"), (state) => fromToken(state) ?? {}));
}

/** The token in focus as an example: the truth is certain, the guess is the model's own; everything else is one outcome. */
function fromToken(state) {
  const point = state.points[state.selected];
  const position = point ? focusOf(state, point) : null;
  if (position === null) return null;
  const rows = expectedAt(point, position);
  const truth = rows.find((row) => row.truth);
  const rivals = rows.filter((row) => !row.truth).slice(0, 2);
  const q = [truth, ...rivals].map((row) => row.probability);
  const rest = Math.max(0, 1 - q.reduce((sum, share) => sum + share, 0));
  return { p: [1, 0, 0, 0], q: [...q, rest], outcomes: [truth.token, ...rivals.map((row) => row.token), OTHERS] };
}

function createColumn(store, index) {
  const name = element("bdi", { class: "outcome mono" });
  const truth = createBar(store, "p", index);
  const guess = createBar(store, "q", index);
  const [p, q, part] = ["truth-name", "guess-name", "muted"].map((kind) => element("span", { class: `mono ${kind}` }));
  const column = element("div", { class: "outcome-column" },
    element("div", { class: "bar-pair" }, truth.bar, guess.bar), name, p, q, part);
  function show(shares, guesses, outcomes) {
    const label = outcomes[index] === OTHERS ? t("others") : visibleToken(outcomes[index]);
    setText(name, label);
    truth.show(shares[index], t("truth p of {outcome}", { outcome: label }));
    guess.show(guesses[index], t("guess q of {outcome}", { outcome: label }));
    setText(p, fixed(shares[index]));
    setText(q, fixed(guesses[index]));
    setText(part, fixed(surpriseShare(shares[index], guesses[index])));
  }
  return { column, show };
}

function createBar(store, kind, index) {
  const fill = element("span", { class: "hand-fill" });
  const bar = element("div", { class: `hand-bar ${kind}`, role: "slider", tabindex: "0", aria: { valuemin: "0", valuemax: "1", orientation: "vertical" } }, fill);
  const give = (share) => store.set({ [kind]: withShare(store.state[kind], index, share) });
  const pick = (event) => {
    const box = bar.getBoundingClientRect();
    give(Math.round((1 - (event.clientY - box.top) / box.height) * 100) / 100);
  };
  bar.addEventListener("pointerdown", (event) => { bar.setPointerCapture(event.pointerId); pick(event); });
  bar.addEventListener("pointermove", (event) => { if (bar.hasPointerCapture(event.pointerId)) pick(event); });
  bar.addEventListener("keydown", (event) => {
    const steps = { ArrowUp: 0.01, ArrowRight: 0.01, ArrowDown: -0.01, ArrowLeft: -0.01, PageUp: 0.1, PageDown: -0.1, Home: -1, End: 1 };
    if (!(event.key in steps)) return;
    event.preventDefault();
    event.stopPropagation();
    give(Math.round((store.state[kind][index] + steps[event.key]) * 100) / 100);
  });
  function show(share, label) {
    fill.style.height = `${share * 100}%`;
    bar.setAttribute("aria-label", label);
    bar.setAttribute("aria-valuenow", share.toFixed(2));
    bar.setAttribute("aria-valuetext", fixed(share));
  }
  return { bar, show };
}

function showFormula(formula, p, q) {
  const terms = p.map((share, index) => `${fixed(share)} ln ${fixed(q[index])}`).join(" + ");
  formula.replaceChildren("H(p, q) = −Σ p ln q = −(", terms, ") = ", element("b", { text: fixed(crossEntropy(p, q)) }), " ", element("span", { class: "unit", text: t("nats") }));
}

/** Two bars of equal scale: the cross-entropy and, with the roles swapped, the other one; each split in its two parts. */
function splitRows(p, q) {
  const longest = Math.max(2, ...[crossEntropy(p, q), crossEntropy(q, p)].filter(Number.isFinite));
  return [
    splitRow("H(p, q)", t("p is the truth"), entropy(p), divergence(p, q), ["H(p)", "KL(p‖q)"], longest),
    splitRow("H(q, p)", t("swapped"), entropy(q), divergence(q, p), ["H(q)", "KL(q‖p)"], longest),
  ];
}

function splitRow(name, note, own, extra, [ownName, extraName], longest) {
  const part = (kind, value, label) => {
    const share = Number.isFinite(value) ? value / longest : 1;
    const box = element("span", { class: `split-part ${kind}`, title: `${label} = ${fixed(value)}` });
    box.style.flexBasis = `${share * 100}%`;
    return box;
  };
  return element("div", { class: "split-row" },
    element("span", { class: "mono", text: name }), element("span", { class: "note", text: note }),
    element("b", { class: "mono", text: fixed(own + extra) }),
    element("span", { class: "split-bar", aria: { hidden: "true" } }, part("own", own, ownName), part("extra", extra, extraName)),
    element("span", { class: "split-sum mono" }, element("span", { class: "own-mark", text: `${ownName} ${fixed(own)}` }), " + ",
      element("span", { class: "extra-mark", text: `${extraName} ${fixed(extra)}` })));
}

function playgroundCaption(p, q) {
  const own = entropy(p);
  const extra = divergence(p, q);
  const words = { own: fixed(own), extra: fixed(extra), cost: fixed(own + extra), swapped: fixed(crossEntropy(q, p)) };
  if (!Number.isFinite(extra)) return t("The guess gave 0 to something that does happen: its surprise has no bound. A softmax never gives exactly 0.");
  const first = extra < 0.005
    ? t("The guess is the truth, so nothing is wasted: {own} nats of chance remain that nobody can predict.", words)
    : t("Expecting q where p is true costs {extra} nats more than the {own} that nobody can avoid.", words);
  if (own < 0.005) return `${t("The truth is certain here, so the cost is −ln of one number: {cost} nats. That is the loss of one token in training.", words)} ${swapWords(p, q, words)}`;
  return `${first} ${swapWords(p, q, words)}`;
}

function swapWords(p, q, words) {
  const swapped = crossEntropy(q, p);
  if (!Number.isFinite(swapped)) return t("Swapped, with the model taken for the truth, it would be infinite: the order matters.");
  if (Math.abs(swapped - crossEntropy(p, q)) < 0.005) return t("Swapped it happens to be the same here.");
  return t("Swapped, with the model taken for the truth, it would be {swapped}: the order matters.", words);
}
