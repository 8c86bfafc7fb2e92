/** The form above the text: the words to go on from, how many tokens to write, the seed of the draws, and Write. */
import { element, iconButton, setText } from "../kit/dom.js";
import { t } from "../kit/words.js";

const LONGEST = 20000; // more is refused here: it need not travel to be refused

/** onWrite({prompt, count, seed}) is called with what stands in the form. */
export function createPrompt({ onWrite }) {
  const prompt = element("textarea", { class: "field prompt-text", rows: "2", spellcheck: "false", dir: "auto", autocomplete: "off", aria: { describedby: "prompt-notes" } });
  const count = numberField(1, 120);
  const seed = numberField(0, 2147483647);
  const unit = element("span", {});
  const write = iconButton({ icon: "again", text: t("Write"), class: "button primary", onClick: () => submit() });
  const bar = element("div", { class: "loading", hidden: true });
  const problem = element("p", { class: "notice", role: "alert", hidden: true });
  const notes = element("p", { class: "note", id: "prompt-notes" });
  const labelled = (text, field) => element("label", { class: "labelled" }, element("span", { class: "label muted" }, text), field);
  const node = element("section", { class: "panel prompt", aria: { label: t("What to go on from") } },
    element("div", { class: "prompt-row" },
      element("label", { class: "labelled grow" }, element("span", { class: "label muted", text: t("Text to go on from") }), prompt),
      labelled(unit, count), labelled(t("Seed"), seed), write.button),
    bar, notes, problem);

  prompt.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    submit();
  });
  for (const field of [count, seed]) field.addEventListener("keydown", (event) => { if (event.key === "Enter") submit(); });

  function show(words) {
    setText(problem, words);
    problem.hidden = !words;
  }

  function submit() {
    const text = prompt.value;
    if (text === "") {
      show(t("There is nothing to go on from. Type at least one character."));
      prompt.focus();
    } else if (text.length > LONGEST) {
      show(t("This text has {count} characters; at most {most} can be gone on from. Shorten it: the model reads only its end anyway.", { count: text.length, most: LONGEST }));
      prompt.focus();
    } else {
      show("");
      onWrite({ prompt: text, count: within(count), seed: within(seed) });
    }
  }

  return {
    node, submit,
    /** Put in what Python has: only when the reader has not typed since. */
    fill(draft) {
      prompt.value = draft.prompt;
      count.value = draft.count;
      seed.value = draft.seed;
    },
    update({ busy, problem: words, notes: lines, unit: kind }) {
      write.button.disabled = busy;
      write.show("again", busy ? t("Writing …") : t("Write"));
      bar.hidden = !busy;
      setText(unit, kind === "character" ? t("Characters") : t("Tokens"));
      setText(notes, lines.join(" "));
      notes.hidden = lines.length === 0;
      show(words);
    },
  };
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
