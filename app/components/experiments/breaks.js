/** The ways to break a model: what each part is for, and its formula whole and broken. */
import { element } from "../kit/dom.js";
import { t } from "../kit/words.js";

/** In the order in which they are offered; the names are those of app/loaders/experiments.py. */
export const BREAKS = ["mask", "positions", "residual", "scale", "norm", "steep", "rate"];

/** {name, purpose, formula: [text, {gone}, …]}: `gone` is what the broken model goes without. */
export function breakOf(what) {
  return {
    mask: { name: t("No causal mask"), purpose: t("The mask hides later tokens, so that the model must guess the next one."), formula: ["pattern = softmax(", "scores", { gone: " + mask" }, ")"] },
    positions: { name: t("No positions"), purpose: t("Rotary positions turn queries and keys, so that attention knows how far apart two tokens stand."), formula: ["scores = ", { gone: "turn" }, "(q) · ", { gone: "turn" }, "(k) / √d"] },
    residual: { name: t("No residual stream"), purpose: t("Each block adds what it found to what it read, so that nothing is lost on the way up."), formula: ["x ← ", { gone: "x + " }, "attention(norm(x))"] },
    scale: { name: t("No division by √d"), purpose: t("A score adds up d products. Dividing by √d keeps scores as large as one product."), formula: ["scores = q · k", { gone: " / √d" }] },
    norm: { name: t("No norms"), purpose: t("A norm brings every token's vector to one length before a block reads it."), formula: ["x ← x + attention(", { gone: "norm" }, "(x))"] },
    steep: { name: t("No norms, larger steps"), purpose: t("The same without norms, but both runs take steps about three times as large."), formula: ["x ← x + attention(", { gone: "norm" }, "(x))"] },
    rate: { name: t("Learning rate × 100"), purpose: t("The learning rate says how far each step turns the weights."), formula: ["w ← w − ", { added: "100 · " }, "η · Δw"] },
  }[what];
}

/** The formula with what goes struck out, and what comes underlined; read out as such. */
export function formulaOf({ formula }) {
  const part = (piece) => {
    if (typeof piece === "string") return piece;
    return piece.gone ? element("del", { text: piece.gone }) : element("ins", { text: piece.added });
  };
  return element("p", { class: "formula mono" }, ...formula.map(part));
}

/** What a reader may expect, and what may come of it. */
export const OUTCOMES = ["same", "worse", "nothing", "leak"];

export const outcomeWords = (outcome) => ({
  same: t("It learns as well."), worse: t("It learns worse."), nothing: t("It does not learn."), leak: t("It looks too good to be true."),
})[outcome];
