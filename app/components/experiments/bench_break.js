/** Break it on purpose: choose a part, say what you expect, then both models train. */
import { element, segmented, setText } from "../kit/dom.js";
import { t } from "../kit/words.js";
import { BREAKS, OUTCOMES, breakOf, formulaOf, outcomeWords } from "./breaks.js";
import { createSizes } from "./sizes.js";

/** `start()` asks for both runs. `choosing` is the choice before it, `about` what stands beside the chart after it. */
export function createBreakBench(store, { start }) {
  const parts = element("div", { class: "part-list", role: "radiogroup", aria: { label: t("What shall we break?") } });
  const inputs = BREAKS.map((what) => {
    const input = element("input", { type: "radio", name: "part", value: what, on: { change: () => store.set({ what, guess: null }) } });
    const part = breakOf(what);
    parts.append(element("label", { class: "part" }, input, element("span", {}, element("b", { text: part.name }), element("span", { class: "part-purpose", text: part.purpose }), formulaOf(part))));
    return input;
  });
  const guesses = segmented({ label: t("What will happen?"), choices: OUTCOMES.map((value) => ({ value, text: outcomeWords(value) })), chosen: "", onChoose: (guess) => store.set({ guess }) });
  guesses.group.classList.add("guesses");
  const go = element("button", { type: "button", class: "button primary", on: { click: start } });
  const sizes = createSizes(store);
  const hint = element("p", { class: "note", text: t("Same seed, same text, same size: the two differ in this one thing.") });
  const choosing = element("div", { class: "choosing breaks-begin" },
    element("h2", { text: t("1. What shall we break?") }), parts,
    element("div", { class: "predict" }, element("h2", { text: t("2. What will happen?") }), guesses.group,
      element("h2", { text: t("3. Train both") }), sizes, element("div", { class: "go" }, go, hint)));
  const chosen = element("div", { class: "chosen-part" });
  const predicted = element("p", { class: "predicted" });
  const about = element("div", { class: "about-break" }, chosen, predicted);

  store.watch(["what", "guess", "chosen", "starting", "lab"], ({ what, guess, chosen: runs, starting, lab }) => {
    choosing.hidden = lab !== "break" || runs.length > 0;
    about.hidden = lab !== "break";
    for (const input of inputs) input.checked = input.value === what;
    guesses.show(guess ?? "");
    go.disabled = starting || !guess;
    setText(go, starting ? t("Starting …") : guess ? t("Train both") : t("Predict first"));
    if (runs.length && chosen.dataset.what !== what) {
      chosen.dataset.what = what;
      const part = breakOf(what);
      chosen.replaceChildren(element("h2", { text: part.name }), element("p", { class: "muted", text: part.purpose }), formulaOf(part));
    }
    predicted.hidden = !OUTCOMES.includes(guess);
    setText(predicted, t("Your prediction: {guess}", { guess: outcomeWords(guess) ?? "" }));
  });
  return { choosing, about };
}
