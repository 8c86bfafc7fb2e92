/** The form above the text: the words to go on from, how many tokens to write, the seed of the draws, Write and Stop. */
import { element, iconButton, setText } from "../kit/dom.js";
import { visibleToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";

const LONGEST = 20000; // more is refused here: it need not travel to be refused
const MOST = 200; // tokens
const LARGEST_SEED = 2147483647;

/** onWrite({prompt, count, seed, stops}) is called with what stands in the form; onCancel while a text is written. */
export function createPrompt({ onWrite, onCancel }) {
  const prompt = element("textarea", { class: "field prompt-text", rows: "2", spellcheck: "false", dir: "auto", autocomplete: "off", aria: { describedby: "prompt-notes" } });
  const count = numberField(1, MOST);
  const seed = numberField(0, LARGEST_SEED);
  const stops = element("input", { type: "text", class: "field stops", maxlength: "200", spellcheck: "false", autocomplete: "off", placeholder: "\\n" });
  const unit = element("span", {});
  const dice = element("button", { type: "button", class: "button", text: t("Another seed"), on: { click: () => { seed.value = (Number(seed.value) + 1) % LARGEST_SEED; submit(); } } });
  const write = iconButton({ icon: "again", text: t("Write"), class: "button primary", onClick: () => (isBusy ? onCancel() : submit()) });
  const bar = element("div", { class: "loading", hidden: true });
  const problem = element("p", { class: "notice", role: "alert", hidden: true });
  const notes = element("p", { class: "note", id: "prompt-notes" });
  const labelled = (text, field) => element("label", { class: "labelled" }, element("span", { class: "label muted" }, text), field);
  const more = element("details", { class: "more" }, element("summary", { text: t("Stop words, another seed") }),
    element("div", { class: "prompt-row" },
      element("label", { class: "labelled grow" }, element("span", { class: "label muted", text: t("Stop after one of these, with spaces between them; \\n is a new line, \\s a space") }), stops), dice));
  const node = element("section", { class: "panel prompt", aria: { label: t("What to go on from") } },
    element("div", { class: "prompt-row" },
      element("label", { class: "labelled grow" }, element("span", { class: "label muted", text: t("Text to go on from") }), prompt),
      labelled(unit, count), labelled(t("Seed"), seed), write.button),
    more, bar, notes, problem);
  let opening = "";
  let isBusy = false;

  prompt.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    submit();
  });
  for (const field of [count, seed, stops]) field.addEventListener("keydown", (event) => { if (event.key === "Enter") submit(); });

  function show(words) {
    setText(problem, words);
    problem.hidden = !words;
  }

  const draft = () => ({ prompt: prompt.value, opening, count: within(count), seed: within(seed), stops: stopWords(stops.value) });

  function submit() {
    const { length } = prompt.value;
    if (length === 0) {
      show(t("There is nothing to go on from. Type at least one character."));
      prompt.focus();
    } else if (length > LONGEST) {
      show(t("This text has {count} characters; at most {most} can be gone on from. Shorten it: the model reads only its end anyway.", { count: length, most: LONGEST }));
      prompt.focus();
    } else {
      show("");
      onWrite(draft());
    }
  }

  return {
    node, submit, draft,
    /** Put in what there is to begin with: only when the reader has not typed since. */
    fill(values) {
      opening = values.opening;
      prompt.value = values.prompt;
      requestAnimationFrame(() => { prompt.scrollTop = prompt.scrollHeight; }); // its end is what the model goes on from
      count.value = values.count;
      seed.value = values.seed;
      stops.value = Array.isArray(values.stops) ? values.stops.map(escapedStop).join(" ") : values.stops;
      more.open = stops.value !== "";
    },
    /** A text to be changed and gone on from. */
    edit(text) {
      prompt.value = text;
      prompt.focus();
      prompt.setSelectionRange(text.length, text.length);
    },
    update({ busy, problem: words, writing, end }) {
      isBusy = busy;
      write.show(busy ? "stop" : "again", busy ? t("Stop (Escape)") : t("Write"));
      bar.hidden = !busy;
      setText(unit, writing?.unit === "character" ? t("Characters") : t("Tokens"));
      const lines = writing ? notesOf(writing, prompt.value, end) : [];
      setText(notes, lines.join(" "));
      notes.hidden = lines.length === 0;
      show(words);
    },
  };
}

/** "\\n END" -> ["\n", "END"] */
const stopWords = (text) => text.split(/\s+/).filter(Boolean).map((word) => word.replaceAll("\\n", "\n").replaceAll("\\s", " "));
const escapedStop = (word) => word.replaceAll("\n", "\\n").replaceAll(" ", "\\s");

/** Plain sentences on what was changed or left out on the way. */
function notesOf({ uncovered, uncoveredPutIn, promptIds, context, steps }, typed, end) {
  const names = (characters) => characters.slice(0, 8).map(visibleToken).join(" ");
  const notes = [];
  const unseen = [...new Set([...uncovered, ...(uncoveredPutIn ?? [])])];
  const controls = [...typed].filter((sign) => /[\p{Cc}\p{Cs}]/u.test(sign) && !"\n\r\t".includes(sign)).length;
  if (controls) notes.push(t("Control characters left out, as they are no text: {count}.", { count: controls }));
  if (unseen.length) notes.push(t("This model has never seen {characters}: it reads <unk> there.", { characters: names(unseen) }));
  if (promptIds.length > context) notes.push(t("The model reads at most the last {context} of these {count}; what stands before cannot matter.", { context, count: promptIds.length }));
  if (end?.why === "slow") notes.push(t("This model is slow here: it stopped after {count}.", { count: steps.length }));
  if (end?.why === "cancel") notes.push(t("You stopped it after {count}.", { count: steps.length }));
  if (end?.why === "stop") notes.push(t("It stopped at {word}, after {count}.", { word: `“${visibleToken(end.stop)}”`, count: steps.length }));
  return notes;
}

function numberField(min, max) {
  return element("input", { type: "number", class: "field", min, max, step: "1", inputmode: "numeric" });
}

/** What the field holds, kept within its bounds; the field shows what was taken. */
function within(field) {
  const value = Math.min(Math.max(Math.round(Number(field.value) || Number(field.min)), Number(field.min)), Number(field.max));
  field.value = value;
  return value;
}
