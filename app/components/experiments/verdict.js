/** The prediction meets what happened: a sentence, the figures, and why. */
import { element } from "../kit/dom.js";
import { fixed } from "../kit/format.js";
import { rungsOf } from "../kit/series.js";
import { t } from "../kit/words.js";
import { inARow } from "../runs/sentence.js";
import { OUTCOMES, outcomeWords } from "./breaks.js";
import { outcomeOf } from "./outcome.js";
import { placeSentence, whyOf } from "./why.js";

/** `context()` gives {what, whole, broken, baselines, samples}: two entries of the scene, and what each wrote last. */
export function createVerdict(store, context) {
  const panel = element("section", { class: "panel verdict", role: "status", hidden: true, aria: { label: t("What came of it") } });
  let built = "";
  store.watch(["revision", "chosen", "rows", "guess", "moments"], ({ guess }) => {
    const found = context();
    panel.hidden = !found;
    const version = JSON.stringify(found && [found.what, guess, found.whole.row.state, found.broken.row.state, found.whole.value, found.broken.value, found.sample, found.baselines]);
    if (!found || version === built) return;
    built = version;
    panel.replaceChildren(...partsOf(found, guess));
  });
  return panel;
}

function partsOf({ what, whole, broken, baselines, sample, message }, guess) {
  if (!whole.over || !broken.over) return [element("p", { class: "muted", text: t("Both train. The verdict comes when they have finished.") })];
  const cut = [whole, broken].find(({ row }) => row.state === "stopped") ?? (whole.row.state === "failed" ? whole : null);
  if (cut) return [element("p", { text: t("{run} ended early, so there is no verdict. Train both again.", { run: cut.row.name }) })];
  const rungs = rungsOf(baselines ?? {}).filter(({ name }) => !["gzip", "xz"].includes(name));
  const end = broken.row.state === "failed" ? null : broken.value;
  const outcome = outcomeOf(whole.value, end, baselines?.unigram ?? Infinity, what === "mask");
  const settings = whole.row.settings;
  const figures = {
    whole: whole.value, broken: end, rungs, sample, message, step: broken.row.step, layers: settings["model.n_layers"],
    width: settings["model.d_model"] / settings["model.n_heads"], rate: settings["train.learning_rate"],
  };
  return [
    element("div", { class: "verdict-words" }, element("h2", {}, element("span", { class: "verdict-mark", aria: { hidden: "true" }, text: mark(guess, outcome) }), met(guess, outcome)),
      element("p", { class: "caption", text: inARow(end === null ? "" : placeSentence(end, rungs), whyOf(what, outcome, figures)) })),
    element("div", { class: "figures" }, figure(t("whole"), whole.value), figure(t("broken"), end)),
  ];
}

const mark = (guess, outcome) => (!OUTCOMES.includes(guess) ? "" : guess === outcome ? "✓ " : "≠ ");

function met(guess, outcome) {
  const words = { guess: outcomeWords(guess), outcome: outcomeWords(outcome) };
  if (!OUTCOMES.includes(guess)) return outcomeWords(outcome);
  return guess === outcome ? t("You predicted it: {outcome}", words) : t("You predicted “{guess}” What happened: {outcome}", words);
}

const figure = (name, loss) => element("p", { class: "figure" }, element("span", { class: "muted", text: name }),
  element("b", { text: loss === null ? "NaN" : fixed(loss, 3) }), element("span", { class: "unit", text: t("nats per token") }));
