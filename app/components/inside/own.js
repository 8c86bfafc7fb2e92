/** A sentence of one's own: the field, what could not be read of it, and the way back to the sentence of the run. */
import { element, setText } from "../kit/dom.js";
import { visibleToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";

const LONGEST = 2000; // characters; the server reads no more

/** `onAsk(text)`: "" is the run's own sentence. `show({busy, own, notes, error})` draws. */
export function createOwn({ onAsk }) {
  const field = element("input", {
    type: "text", class: "own-field", maxlength: LONGEST, autocomplete: "off", spellcheck: "false", dir: "auto",
    placeholder: t("Try your own sentence"), aria: { label: t("Your own sentence") },
  });
  const look = element("button", { type: "submit", class: "button", text: t("Look") });
  const back = element("button", { type: "button", class: "button", text: t("Back to the run’s sentence"), hidden: true, onclick: () => { field.value = ""; onAsk(""); } });
  const said = element("p", { class: "note own-notes", role: "status", hidden: true });
  const form = element("form", {
    class: "own",
    onsubmit(event) {
      event.preventDefault();
      if (field.value.trim()) onAsk(field.value);
      else { say(t("Type a sentence first.")); field.focus(); }
    },
  }, field, look, back);

  function say(words) {
    said.hidden = !words;
    setText(said, words);
  }

  return {
    box: element("div", { class: "own-box" }, form, said),
    field,
    show({ busy = false, own = false, notes = [], error = "" }) {
      look.disabled = busy;
      back.hidden = !own;
      say(error || notes.map(wordNote).join(" "));
    },
  };
}

/** What Python could not read, in words. */
function wordNote(note) {
  if (note.kind === "long") return t("Only the first {kept} characters were read.", note);
  if (note.kind === "cut") return t("Only the first {kept} of {of} tokens are walked through.", note);
  if (note.kind === "control") return t("{count} characters that no one can see were left out.", note);
  const shown = note.characters.map(visibleToken).join(" ") + (note.more ? " …" : "");
  return t("This model has never met {characters}: each stands as <unk>.", { characters: shown });
}
