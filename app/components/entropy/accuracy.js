/** Why training does not count right answers: two models that are right equally often, with unequal losses. */
import { element, setText } from "../kit/dom.js";
import { fixed, percent } from "../kit/format.js";
import { t } from "../kit/words.js";
import { createBar } from "./bars.js";
import { marked } from "./maths.js";
import { inUnit, said } from "./units.js";

/** What each of the two gives the right one of two answers, at four places. */
export const MODELS = { A: [0.93, 0.85, 0.9, 0.4], B: [0.55, 0.6, 0.52, 0.05] };

export function createAccuracy(store) {
  const sides = ["A", "B"].map((name) => createSide(store, name));
  const caption = element("p", { class: "caption", aria: { live: "polite" } });
  store.watch(["A", "B", "unit", "palette"], (state) => {
    sides.forEach(({ show }) => show(state));
    setText(caption, captionOf(marked(state.A), marked(state.B), state.unit));
  });
  return element("section", { class: "panel", aria: { label: t("Why not accuracy?") } },
    element("div", { class: "panel-heading" }, element("h2", { text: t("Why not accuracy?") }), element("span", { class: "unit", text: t("what two models gave the right one of two answers; above the line it counts as right") })),
    element("div", { class: "models" }, sides.map(({ side }) => side)), caption);
}

function createSide(store, name) {
  const bars = MODELS[name].map((_share, index) => createBar({
    kind: "q", value: () => store.state[name][index],
    give: (share) => store.set({ [name]: store.state[name].map((old, at) => (at === index ? Math.max(0.01, share) : old)) }),
  }));
  const marks = bars.map(() => element("span", { class: "mark" }));
  const costs = bars.map(() => element("span", { class: "note mono" }));
  const verdict = element("p", { class: "model-verdict" });
  const side = element("div", { class: "model" }, element("h3", { text: t("model {name}", { name }) }),
    element("div", { class: "model-bars" }, bars.map(({ bar }) => bar), element("span", { class: "half" })),
    element("div", { class: "model-marks" }, marks.map((mark, index) => element("span", { class: "model-mark" }, mark, costs[index]))), verdict);
  function show(state) {
    const shares = state[name];
    bars.forEach(({ show: draw }, index) => draw(shares[index], t("model {name}, place {place}: share of the right answer", { name, place: index + 1 })));
    marks.forEach((mark, index) => {
      const right = shares[index] > 0.5;
      setText(mark, right ? t("right answer") : t("wrong answer"));
      mark.classList.toggle("right", right);
      setText(costs[index], fixed(inUnit(-Math.log(shares[index]), state.unit === "bits" ? "bits" : "nats")));
    });
    const { accuracy, loss } = marked(shares);
    verdict.replaceChildren(t("accuracy"), " ", element("b", { class: "mono", text: percent(accuracy) }), " · ", t("loss"), " ", element("b", { class: "mono", text: said(loss, state.unit) }));
  }
  return { side, show };
}

function captionOf(first, second, unit) {
  const words = { first: said(first.loss, unit), second: said(second.loss, unit), share: percent(first.accuracy) };
  if (first.accuracy === second.accuracy && Math.abs(first.loss - second.loss) > 0.005) {
    return t("Both are right {share} of the time, yet one costs {first} and the other {second}. Move a bar without crossing the line: accuracy stays, so it has no slope to learn by; the loss answers to every little move.", words);
  }
  return t("A bar that crosses the line changes accuracy at once, one that does not changes nothing. The loss answers to every little move, so it has a slope to learn by.");
}
