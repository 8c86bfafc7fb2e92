/** The sums with their live numbers: H(p, q), H(p), what is between them, and the same with the roles swapped. */
import { element, setText } from "../kit/dom.js";
import { fixed } from "../kit/format.js";
import { t } from "../kit/words.js";
import { outcomeName } from "./bars.js";
import { crossEntropy, distributions, divergence, entropy } from "./maths.js";
import { inUnit, saidExtra, unitOfTerms, unitWord } from "./units.js";

const CERTAIN = 1 - 1e-9;

export function createEquation(store) {
  const lines = ["H(p, q)", "H(p)", "KL(p‖q)", "H(q, p)"].map((name) => {
    const terms = element("span", { class: "terms mono" });
    return { terms, row: element("div", { class: "sum-line", dir: "ltr" }, element("span", { class: "sum-name mono", text: name }), terms) };
  });
  const [cross, own, extra, swapped] = lines.map(({ terms }) => terms);
  const note = element("p", { class: "note" });
  store.watch(["truth", "smoothing", "logits", "temperature", "outcomes", "unit", "hovered", "palette"], (state) => {
    const { p, q } = distributions(state);
    cross.replaceChildren(...sum(p, q, state, store), ...certain(p, q, state));
    own.replaceChildren(...sum(p, p, state, store));
    const log = unitOfTerms(state.unit);
    const [a, b] = [crossEntropy(p, q), entropy(p)].map((nats) => fixed(inUnit(nats, log), 3));
    extra.replaceChildren("= H(p, q) − H(p) = ", `${a} − ${b} = `, element("b", { text: fixed(inUnit(divergence(p, q), log), 3) }), ` ${unitWord(log)}`,
      ...(state.unit === "perplexity" ? [`: ${saidExtra(divergence(p, q), "perplexity")}`] : []), "  ≥ 0");
    swapped.replaceChildren(...sum(q, p, state, store));
    const [forth, back] = [divergence(p, q), divergence(q, p)].map((nats) => fixed(inUnit(nats, log), 3));
    setText(note, t("Which one is the truth? KL(p‖q) = {forth}, but KL(q‖p) = {back}.", { forth, back }));
  });
  return element("section", { class: "panel", aria: { label: t("The sums") } }, lines.map(({ row }) => row), note);
}

/** = 0.50 · 1.386 + … = 1.386 nats: each term the truth times −ln of the guess. */
function sum(truth, guess, { unit, hovered, outcomes }, store) {
  const log = unitOfTerms(unit);
  const terms = truth.map((share, index) => {
    const height = share === 0 ? null : inUnit(-Math.log(guess[index]), log);
    const term = element("span", {
      class: hovered === index ? "sum-term hovered" : "sum-term", title: outcomeName(outcomes[index]),
      text: height === null ? "0" : `${fixed(share)} · ${fixed(height, 3)}`,
      on: { pointerenter: () => store.set({ hovered: index }), pointerleave: () => store.set({ hovered: null }) },
    });
    return [index ? " + " : "= ", term];
  });
  const total = crossEntropy(truth, guess);
  const choices = unit === "perplexity" ? [` ${t("nats")}, e^${fixed(total, 3)} = `, element("b", { text: inChoices(total) }), ` ${unitWord(unit)}`] : [` ${unitWord(unit)}`];
  return [...terms.flat(), " = ", element("b", { text: fixed(inUnit(total, log), 3) }), ...choices];
}

const inChoices = (nats) => fixed(Math.exp(nats));

/** A certain truth leaves one term: −ln of the one number that it asks for. */
function certain(p, q, { unit, outcomes }) {
  const at = p.findIndex((share) => share >= CERTAIN);
  if (at < 0) return [];
  const log = unit === "bits" ? "log₂" : "ln";
  return [` = −${log} q(`, element("bdi", { text: outcomeName(outcomes[at]) }), `) = −${log} ${fixed(q[at], 3)}`];
}
