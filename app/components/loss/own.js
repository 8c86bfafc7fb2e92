/** A text of one's own on the page: read by every kept model, so that the timeline shows the nearest one's surprise. */
import { apiAddress } from "../kit/address.js";
import { element, setText } from "../kit/dom.js";
import { visibleToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { nearestPoint } from "./probe_data.js";

const LONGEST = 2000; // characters; the server reads no more

/** Writes `own` ({points, notes} or null) into the store; the sentence and its working read it. */
export function createOwn(store, { base, run }) {
  const field = element("input", {
    type: "text", class: "own-field", maxlength: LONGEST, autocomplete: "off", spellcheck: "false", dir: "auto",
    placeholder: t("Try your own text"), aria: { label: t("Your own text") },
  });
  const measure = element("button", { type: "submit", class: "button", text: t("Measure") });
  const back = element("button", { type: "button", class: "button", text: t("Back to the run’s sentence"), hidden: true, on: { click: leave } });
  const said = element("p", { class: "note own-said", role: "status" });
  const form = element("form", { class: "own", on: { submit: (event) => { event.preventDefault(); ask(field.value); } } }, field, measure, back);
  let asking = null;
  let problem = "";

  async function ask(text) {
    if (!text.trim()) { say(t("Type a text first.")); field.focus(); return; }
    asking?.abort();
    const mine = (asking = new AbortController());
    measure.disabled = true;
    say(t("The models read your text …"));
    try {
      const response = await fetch(apiAddress(base, "loss", { run, text }), { cache: "no-store", signal: mine.signal });
      const answer = await response.json();
      if (mine !== asking) return;
      say(response.ok ? "" : wordRefusal(answer.error));
      if (response.ok) store.set({ own: answer, hovered: null, locked: null });
    } catch (error) {
      if (error.name !== "AbortError") say(t("The server does not answer. Try again."));
    } finally {
      if (mine === asking) measure.disabled = false;
    }
  }

  function leave() {
    asking?.abort();
    field.value = "";
    say("");
    store.set({ own: null, hovered: null, locked: null });
  }

  function say(words) {
    problem = words;
    draw(store.state);
  }

  function draw({ own, points, selected }) {
    back.hidden = !own;
    const wanted = points[selected]?.step;
    setText(said, problem || (own ? [seenAt(nearestPoint(own.points, wanted).step, wanted), ...own.notes.map(wordNote)].join(" ") : ""));
  }

  store.watch(["own", "points", "selected"], draw);
  return { box: element("div", { class: "own-box" }, form, said), stop: () => asking?.abort() };
}

function seenAt(step, wanted) {
  if (wanted === undefined || wanted === step) return t("Your text, read by the model of step {step}.", { step });
  return t("Your text, read by the model of step {step}, the nearest to step {wanted} that is kept.", { step, wanted });
}

/** Python's refusals come in English; these are the ones that a reader of this page can meet. */
function wordRefusal(error) {
  return {
    "Type a text of at least two tokens: the first one is never predicted.":
      t("Type a text of at least two tokens: the first one is never predicted."),
    "This run has saved no model yet. Wait for its first checkpoint, then try again.":
      t("This run has saved no model yet. Wait for its first checkpoint, then try again."),
  }[error] ?? error;
}

function wordNote(note) {
  if (note.kind === "long") return t("Only the first {kept} characters were read.", note);
  if (note.kind === "cut") return t("Only the first {kept} of {of} tokens fit the context of this model.", note);
  if (note.kind === "control") return t("{count} characters that no one can see were left out.", note);
  return t("This model has never met {characters}: each stands as <unk>.", { characters: note.characters.map(visibleToken).join(" ") + (note.more ? " …" : "") });
}
