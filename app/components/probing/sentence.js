/** The sentence that is read: a field for one's own, what could not be read of it, and the way back to the run's. */
import { element, setText } from "../kit/dom.js";
import { visibleToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { joined } from "./names.js";

const LONGEST = 2000; // characters; the server reads no more

/** `onAsk(text)` when a sentence is sent, "" for the run's own; `show({busy, answer, error})` draws. */
export function createSentence({ text, label, placeholder, onAsk, onStep }) {
  const field = element("input", {
    type: "text", class: "own-field", maxlength: LONGEST, autocomplete: "off", spellcheck: "false", dir: "auto", value: text,
    placeholder: placeholder ?? t("Try your own sentence"), aria: { label: label ?? t("Your own sentence") },
  });
  const look = element("button", { type: "submit", class: "button", text: t("Look") });
  const back = element("button", { type: "button", class: "button", text: t("Back to the run’s sentence"), onclick() { field.value = ""; onAsk(""); look.focus(); } });
  let several = false; // models of this run are kept
  const bar = element("div", { class: "loading", hidden: true });
  const said = element("p", { class: "note", role: "status" });
  const models = element("select", { class: "own-field narrow", aria: { label: t("Which of the run’s kept models") }, onchange: () => onStep(Number(models.value)) });
  const model = element("label", { class: "label own-model", hidden: true }, t("model of step"), models);
  const form = element("form", { class: "own", onsubmit(event) {
    event.preventDefault();
    if (field.value.trim()) onAsk(field.value);
    else { setText(said, t("Type a sentence first.")); field.focus(); }
  } }, field, look, back, model);

  function show({ busy = false, answer = null, error = "" }) {
    bar.style.visibility = busy ? "visible" : "hidden";
    bar.hidden = false;
    back.hidden = !(answer?.text ?? text);
    const reader = answer && (answer.step > 0 || several) ? [t("Read by the model of step {step}.", { step: answer.step })] : []; // a pretrained one has no steps
    const seen = answer ? [...reader, ...answer.notes.map(wordNote)] : [];
    setText(said, error || joined(seen));
    said.classList.toggle("problem", Boolean(error));
  }
  /** The steps whose models are kept; one alone is no choice. */
  function offer(steps, chosen) {
    several = steps.length > 1;
    model.hidden = !several;
    models.replaceChildren(...steps.map((step) => element("option", { value: step, text: String(step) })));
    models.value = String(steps.reduce((best, step) => (Math.abs(step - chosen) < Math.abs(best - chosen) ? step : best), steps.at(-1)));
  }
  return { box: element("div", { class: "own-box" }, form, bar, said), form, show, offer, field };
}

function wordNote(note) {
  if (note.kind === "long") return t("Only the first {kept} characters were read.", note);
  if (note.kind === "cut") return t("Only the first {kept} of {of} tokens fit the context of this model.", note);
  if (note.kind === "control") return t("{count} characters that no one can see were left out.", note);
  const shown = note.characters.map(visibleToken).join(" ") + (note.more ? " …" : "");
  return t("This model has never met {characters}: each stands as <unk>.", { characters: shown });
}
