/** The words to go on from and how the draws are made; what it asks with is kept within its bounds. */
import { element, iconButton, setText } from "../kit/dom.js";
import { visibleToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";

const LONGEST = 2000; // characters; the server reads no more

/** The fields that there are, in the words of the address. */
const FIELDS = {
  count: () => ({ label: t("How many"), min: 1, max: 80, step: 1, start: 40 }),
  width: () => ({ label: t("Width"), min: 1, max: 6, step: 1, start: 3 }),
  length_penalty: () => ({ label: t("Length penalty"), min: 0, max: 2, step: 0.1, start: 0 }),
  temperature: () => ({ label: t("Temperature"), min: 0, max: 2, step: 0.05, start: 0.8 }),
  top_k: () => ({ label: t("Top-k"), min: 1, max: 1000, step: 1, empty: t("off") }),
  top_p: () => ({ label: t("Top-p"), min: 0.05, max: 1, step: 0.05, empty: t("off") }),
  seed: () => ({ label: t("Seed"), min: 0, max: 2147483647, step: 1, start: 0 }),
};

/**
 * createForm({fields: ["count", "seed", …], start, changes: {count: {max: 24}}, action, onAsk(values)})
 *
 * `start` holds the values of the address; onAsk gets all values, `text` among them ("": the run's own opening).
 */
export function createForm({ fields, start, changes = {}, action = t("Write"), onAsk }) {
  const text = element("textarea", {
    class: "field prompt-text", rows: "2", spellcheck: "false", dir: "auto", autocomplete: "off", maxlength: LONGEST, aria: { label: t("Text to go on from") },
  });
  text.value = start.text ?? "";
  const inputs = Object.fromEntries(fields.map((name) => [name, numberField({ ...FIELDS[name](), ...changes[name] }, start[name])]));
  const button = iconButton({ icon: "again", text: action, class: "button primary", onClick: () => onAsk(values()) });
  const bar = element("div", { class: "loading" });
  const said = element("p", { class: "note said", role: "status" });
  const node = element("section", { class: "panel asked", aria: { label: t("What to go on from") } },
    element("div", { class: "asked-row" },
      element("label", { class: "labelled grow" }, element("span", { class: "label muted", text: t("Text to go on from") }), text),
      Object.values(inputs).map(({ node: field }) => field), button.button),
    bar, said);
  let typed = Boolean(start.text);

  text.addEventListener("input", () => { typed = true; });
  node.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || (event.target === text && !(event.ctrlKey || event.metaKey)) || event.target.closest("button")) return;
    event.preventDefault();
    onAsk(values());
  });

  const values = () => ({ text: typed ? text.value : "", ...Object.fromEntries(fields.map((name) => [name, inputs[name].value()])) });

  return {
    node, values,
    /** The words that were really gone on from: shown where nobody has typed. */
    show({ text: words = null, busy = false, notes = [], problem = "" }) {
      if (words !== null && !typed && text.value !== words) {
        text.value = words;
        requestAnimationFrame(() => { text.scrollTop = text.scrollHeight; }); // its end is what the model goes on from
      }
      bar.style.visibility = busy ? "visible" : "hidden";
      setText(said, problem || notes.join(" "));
      said.classList.toggle("problem", Boolean(problem));
    },
  };
}

function numberField({ label, min, max, step, start = "", empty = "" }, given) {
  const input = element("input", { type: "number", class: "field", min, max, step, inputmode: step < 1 ? "decimal" : "numeric", placeholder: empty });
  input.value = given ?? start;
  return {
    node: element("label", { class: "labelled" }, element("span", { class: "label muted", text: label }), input),
    /** What the field holds, within its bounds; null where it is empty and may be. The field shows what was taken. */
    value() {
      if (input.value === "") {
        input.value = start;
        return start === "" ? null : start;
      }
      const number = Math.min(Math.max(Number(input.value), min), max);
      input.value = step < 1 ? Math.round(number * 100) / 100 : Math.round(number);
      return Number(input.value);
    },
  };
}

/** What of a prompt a model could not read, in words. */
export function promptNotes({ uncovered, promptTokens, context }) {
  const notes = [];
  if (uncovered.length) notes.push(t("This model has never seen {characters}: it reads <unk> there.", { characters: uncovered.map(visibleToken).join(" ") }));
  if (promptTokens > context) notes.push(t("The model reads at most the last {context} of these {count}; what stands before cannot matter.", { context, count: promptTokens }));
  return notes;
}
