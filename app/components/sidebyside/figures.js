/** What the tokenizers measure, one row a question: bars where one number is better, a sentence that says which. */
import { element, segmented, setText } from "../kit/dom.js";
import { count, fixed, number } from "../kit/format.js";
import { t } from "../kit/words.js";
import { fairBits, figuresCaption } from "./captions.js";
import { keyOf } from "./sources.js";

const CONTEXTS = [64, 256, 1024];

export function createFigures(store) {
  const table = element("table", { class: "measures" });
  const caption = element("p", { class: "caption", aria: { live: "polite" } });
  const context = segmented({
    label: t("Tokens that a model sees at once"), chosen: store.state.context, onChoose: (chosen) => store.set({ context: Number(chosen) }),
    choices: CONTEXTS.map((value) => ({ value, text: String(value) })),
  });
  context.show(store.state.context);
  store.watch(["columns", "answers", "facts", "context"], (state) => {
    const columns = state.columns.map((column) => ({ ...column, answer: state.answers[keyOf(column)], facts: state.facts[keyOf(column)] }));
    const heads = columns.map(({ label }) => element("th", { scope: "col", text: label }));
    table.style.setProperty("--columns", columns.length);
    table.replaceChildren(element("thead", {}, element("tr", {}, element("td"), heads)), element("tbody", {}, rowsOf(columns, state.context).map((row) => rowNode(row))));
    setText(caption, figuresCaption(columns));
  });
  return element("section", { class: "panel", aria: { label: t("In numbers") } },
    element("div", { class: "panel-heading" }, element("h2", { text: t("In numbers") }), element("span", { class: "spacer" }),
      element("span", { class: "note", text: t("a model that sees") }), context.group, element("span", { class: "note", text: t("tokens at once") })),
    element("div", { class: "table-frame", tabindex: "0", role: "region", aria: { label: t("In numbers") } }, table), caption);
}

/** {name, note, values: [number or null], words: [text], best: "least" | "most" | ""} */
export function rowsOf(columns, context) {
  const row = (name, note, best, value, words, lacking = () => "–") => {
    const values = columns.map((column) => value(column) ?? null);
    return { name, note, best, values, words: values.map((one, index) => (one === null ? lacking(columns[index]) : words(one, columns[index]))) };
  };
  const perWord = ({ answer }) => (answer?.counts.words ? answer.counts.tokens / answer.counts.words : null);
  return [
    row(t("tokens per word"), t("in this text"), "least", perWord, number),
    row(t("words in sight"), t("of a text like this"), "most", (column) => { const each = perWord(column); return each ? context / each : null; }, (value) => count(Math.round(value))),
    row(t("vocabulary"), t("rows of weights, twice"), "", ({ facts }) => facts?.vocab_size, count),
    row(t("trained in"), t("on this machine"), "", ({ facts }) => facts?.seconds, seconds),
    row(t("encodes"), t("measured just now"), "most", ({ facts }) => facts?.speed, (value) => t("{speed} MB/s", { speed: number(value) })),
    row(t("bits per byte"), t("best run with it; the fair loss"), "least", fairBits, (value, { facts }) => `${fixed(value, 3)} · ${facts.best.name}`,
      ({ facts }) => (facts?.best?.lost ? t("{bits}, not fair: it loses characters", { bits: fixed(facts.best.bits, 3) }) : "–")),
  ];
}

function seconds(value) {
  if (value < 0.001) return t("under 1 ms");
  return value < 1 ? t("{milliseconds} ms", { milliseconds: Math.round(value * 1000) }) : t("{seconds}\u00a0s", { seconds: number(value) });
}

function rowNode({ name, note, best, values, words }) {
  const known = values.filter((value) => value !== null);
  const most = Math.max(...known, 0);
  const winner = best && new Set(known).size > 1 ? (best === "least" ? Math.min(...known) : most) : null;
  return element("tr", {}, element("th", { scope: "row" }, name, element("span", { class: "note", text: note })), values.map((value, index) => {
    const cell = element("td", {}, element("span", { class: "mono value", dir: "auto", text: words[index] }));
    if (best && value !== null && most > 0) {
      const bar = element("span", { class: "bar" });
      bar.style.width = `${(value / most) * 100}%`;
      cell.append(element("span", { class: "bar-well", aria: { hidden: "true" } }, bar));
    }
    cell.classList.toggle("best", winner !== null && value === winner);
    return cell;
  }));
}
