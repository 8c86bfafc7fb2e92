/** Two sentences to measure, and which of the run's kept models reads them. */
import { element, setText } from "../kit/dom.js";
import { visibleToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";

const LONGEST = 2000; // characters; the server reads no more

/** `onAsk({A, B})` with both texts, "" for the run's own; `onStep(step)` when another model is to read. */
export function createForm({ onAsk, onStep }) {
  const fields = Object.fromEntries(["A", "B"].map((name) => [name, element("input", {
    type: "text", class: "own-field", maxlength: LONGEST, autocomplete: "off", spellcheck: "false", dir: "auto", aria: { label: t("Sentence {name}", { name }) },
  })]));
  const measure = element("button", { type: "submit", class: "button primary", text: t("Measure") });
  const back = element("button", { type: "button", class: "button", text: t("Back to the run’s sentence"), on: { click: () => onAsk({ A: "", B: "" }) } });
  const models = element("select", { class: "own-field narrow", aria: { label: t("Which of the run’s kept models") }, on: { change: () => onStep(Number(models.value)) } });
  const model = element("label", { class: "label own-model", hidden: true }, t("model of step"), models);
  const said = element("p", { class: "note", role: "status" });
  const form = element("form", { class: "own", on: { submit(event) {
    event.preventDefault();
    onAsk({ A: fields.A.value, B: fields.B.value });
  } } }, ["A", "B"].map((name) => element("label", { class: "own-line" }, element("span", { class: `letter ${name}`, text: name }), fields[name])),
  element("div", { class: "own-buttons" }, measure, back, model));
  return {
    box: element("div", {}, form, said),
    fill(name, text) { if (fields[name].value !== text) fields[name].value = text; },
    busy(now) { measure.disabled = now; },
    say(answers, problem) {
      const steps = new Set(answers.map(({ step }) => step));
      const reader = [...steps].filter((step) => step > 0).map((step) => t("Read by the model of step {step}.", { step }));
      const notes = new Set(answers.flatMap((answer) => answer.notes.map(wordNote)));
      setText(said, problem || [...reader, ...notes].join(" "));
      said.classList.toggle("problem", Boolean(problem));
    },
    /** The steps whose models are kept; one alone is no choice. */
    offer(steps, chosen) {
      model.hidden = steps.length < 2;
      models.replaceChildren(...steps.map((step) => element("option", { value: step, text: String(step) })));
      models.value = String(steps.reduce((best, step) => (Math.abs(step - chosen) < Math.abs(best - chosen) ? step : best), steps.at(-1)));
    },
  };
}

function wordNote(note) {
  if (note.kind === "long") return t("Only the first {kept} characters were read.", note);
  if (note.kind === "cut") return t("Only the first {kept} of {of} tokens fit the context of this model.", note);
  if (note.kind === "control") return t("{count} characters that no one can see were left out.", note);
  return t("This model has never met {characters}: each stands as <unk>.", { characters: note.characters.map(visibleToken).join(" ") + (note.more ? " …" : "") });
}
