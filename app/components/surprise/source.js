/** The text that is read: one's own, the run's sentence, or some lines of what it learned from or was tested on. */
import { apiAddress } from "../kit/address.js";
import { fetchAnswer } from "../kit/ask.js";
import { element, setText } from "../kit/dom.js";
import { visibleToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";

const LONGEST = 2000; // characters; the server reads no more

export function createSource(store, { base, onText }) {
  const field = element("textarea", {
    class: "own-field", rows: "2", maxlength: LONGEST, autocomplete: "off", spellcheck: "false", dir: "auto",
    placeholder: t("Any text: type or paste it here"), aria: { label: t("Your own text") },
    onkeydown: (event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); send(); } },
  });
  field.value = store.state.text;
  const measure = element("button", { type: "submit", class: "button primary", text: t("Measure"), title: t("Ctrl + Enter") });
  const turns = { validation: 0, train: 0 };
  const sentence = element("button", { type: "button", class: "button", text: t("The run’s sentence"), onclick: () => { field.value = ""; say(""); onText(""); } });
  const bar = element("div", { class: "loading" });
  const said = element("p", { class: "note", role: "status" });
  let own = ""; // what only this form has to say

  function send() {
    if (!field.value.trim()) { say(t("Type a text first.")); field.focus(); return; }
    say("");
    onText(field.value);
  }

  async function usePlace(part) {
    try {
      const found = await fetchAnswer(apiAddress(base, "loss/ask/place", { run: store.state.run, part, turn: turns[part] }));
      turns[part] += 1;
      field.value = found.text;
      say(part === "train" ? t("From the text that it learned from, token {at} of {of}.", found) : t("From the text that was kept aside to test it, token {at} of {of}.", found));
      onText(found.text);
    } catch (error) {
      say(error.message);
    }
  }

  function say(words) {
    own = words;
    draw(store.state);
  }

  function draw({ busy, problem, now, text }) {
    bar.style.visibility = busy ? "visible" : "hidden";
    sentence.setAttribute("aria-pressed", String(!text));
    setText(said, problem || [own, ...(now ? [...now.notes.map(wordNote), wordWindows(now)] : [])].filter(Boolean).join(" "));
    said.classList.toggle("problem", Boolean(problem));
  }

  store.watch(["busy", "problem", "now", "text"], draw);
  return element("form", { class: "source", onsubmit: (event) => { event.preventDefault(); send(); } }, field,
    element("div", { class: "source-buttons" }, measure, sentence,
      element("button", { type: "button", class: "button", text: t("Lines it never saw"), title: t("Another place of the validation text at each click"), onclick: () => usePlace("validation") }),
      element("button", { type: "button", class: "button", text: t("Lines it learned from"), title: t("Another place of the training text at each click"), onclick: () => usePlace("train") })),
    bar, said);
}

/** A text that is longer than the context is read in windows; that is part of what its loss means. */
function wordWindows({ windows, tokens, context, stride }) {
  if (windows < 2) return "";
  return t("Its {tokens} tokens are more than the {context} that the model sees at once: they were read in {windows} windows, each {stride} tokens further, so that after the first window every token has at least {least} before it.",
    { tokens: tokens.length, context, windows, stride, least: context - stride + 1 });
}

function wordNote(note) {
  if (note.kind === "long") return t("Only the first {kept} characters were read.", note);
  if (note.kind === "cut") return t("Only the first {kept} of {of} tokens were read: more would take this model too long.", note);
  if (note.kind === "control") return t("{count} characters that no one can see were left out.", note);
  return t("This model has never met {characters}: each stands as <unk>.", { characters: note.characters.map(visibleToken).join(" ") + (note.more ? " …" : "") });
}
