/** A sentence of one's own: the field, what could not be read of it, and the way back to the sentence of the run. */
import { element, setText } from "../kit/dom.js";
import { visibleToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";

const LONGEST = 2000; // characters; the server reads no more

/** `onAsk(text)` when a sentence is sent, `onWrite(text)` when the model shall write on, `onBack()` for the run's own,
 *  `onLayers(first)` for other layers of a model that has too many; `show({busy, own, notes, error, film})` draws. */
export function createOwn({ onAsk, onBack, onWrite, onLayers }) {
  const field = element("input", {
    type: "text", class: "own-field", maxlength: LONGEST, autocomplete: "off", spellcheck: "false", dir: "auto",
    placeholder: t("Try your own sentence"), aria: { label: t("Your own sentence") },
  });
  const look = element("button", { type: "submit", class: "button", text: t("Look") });
  const write = element("button", {
    type: "button", class: "button", text: t("Let it write on"), title: t("The model writes 24 tokens more; their rows show what it looked at."), on: { click: () => onWrite(field.value) },
  });
  const layers = element("select", { class: "choice", aria: { label: t("Layers in view") }, hidden: true, on: { change: () => onLayers(Number(layers.value)) } });
  const back = element("button", { type: "button", class: "button", text: t("Back to the run’s sentence"), hidden: true, on: { click() { onBack(); look.focus(); } } });
  const bar = element("div", { class: "loading own-loading", hidden: true });
  const said = element("p", { class: "note own-notes", role: "status" });
  const form = element("form", {
    class: "own",
    on: {
      submit(event) {
        event.preventDefault();
        if (field.value.trim()) onAsk(field.value);
        else { setText(said, t("Type a sentence first.")); field.focus(); }
      },
    },
  }, field, look, write, back, layers);
  const box = element("div", { class: "own-box" }, form, bar, said);

  function show({ busy = false, own = null, notes = [], error = "", step = null, wanted = null, film = null }) {
    bar.hidden = !busy;
    if (!busy) showLayers(film);
    back.hidden = own === null;
    box.classList.toggle("refused", Boolean(error));
    if (own !== null && field.value === "") field.value = own;
    const seen = own !== null && step !== null ? [seenBy(step, wanted, film), ...wordWritten(film)] : [];
    setText(said, error ? wordRefusal(error) : busy ? t("The model reads your sentence …") : [...seen, ...notes.map(wordNote)].join(" "));
  }

  /** Only so many layers of a long sentence fit one answer; the others are a choice away. */
  function showLayers(film) {
    layers.hidden = !film || film.end - film.first === film.layers;
    if (layers.hidden) return;
    const count = film.end - film.first;
    const starts = Array.from({ length: Math.ceil(film.layers / count) }, (_, index) => Math.min(index * count, film.layers - count));
    layers.replaceChildren(...starts.map((first) => element("option", {
      value: first, text: t("layers {from} to {to} of {layers}", { from: first + 1, to: first + count, layers: film.layers }),
    })));
    layers.value = String(film.first);
  }

  return { box, show, field };
}

function wordWritten(film) {
  return film?.written === null || !film ? [] : [t("The last {count} tokens, underlined, are its own.", { count: film.size - film.written })];
}

/** Only some models are kept: a moment without its own is looked at through the nearest. */
function seenBy(step, wanted, film) {
  if (step === 0 && film?.moments.length === 1) return t("Your sentence, seen by this model.");
  if (wanted === null || wanted === step) return t("Your sentence, seen by the model of step {step}.", { step });
  return t("Your sentence, seen by the model of step {step}, the nearest to step {wanted} that is kept.", { step, wanted });
}

/** What Python could not read, in words. */
function wordNote(note) {
  if (note.kind === "long") return t("Only the first {kept} characters were read.", note);
  if (note.kind === "cut") return t("Only the first {kept} of {of} tokens fit the context of this model.", note);
  if (note.kind === "control") return t("{count} characters that no one can see were left out.", note);
  const shown = note.characters.map(visibleToken).join(" ") + (note.more ? " …" : "");
  return t("This model has never met {characters}: each stands as <unk>.", { characters: shown });
}

/** Python's refusals come in English; these are the ones that a reader of this page can meet. */
function wordRefusal(error) {
  return {
    "Type a sentence of at least two tokens: a lone token has nobody to look at.":
      t("Type a sentence of at least two tokens: a lone token has nobody to look at."),
    "This run has saved no model yet. Wait for its first checkpoint, then try again.":
      t("This run has saved no model yet. Wait for its first checkpoint, then try again."),
  }[error] ?? error;
}
