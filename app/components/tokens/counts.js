/** The text in numbers: how many tokens, how long they are, how much of the model's sight they fill; and each token's row. */
import { element, setText } from "../kit/dom.js";
import { count, number, percent } from "../kit/format.js";
import { tokenSpan } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { contextSentence, kindName } from "./captions.js";

export function createCounts(store) {
  const figures = ["tokens", "perToken", "perWord"].map(() => ({ value: element("b", { class: "figure" }), label: element("span", { class: "note" }) }));
  const about = element("span", { class: "unit" });
  const fill = element("span", { class: "sight-fill" });
  const share = element("b", {});
  const words = element("span", { class: "note" });
  const panel = element("section", { class: "panel counts", aria: { label: t("In numbers") } },
    element("div", { class: "panel-heading" }, element("h2", { text: t("In numbers") }), about),
    element("div", { class: "figures" }, figures.map(({ value, label }) => element("div", {}, value, label))),
    element("div", { class: "sight", aria: { hidden: "true" } }, fill), element("p", { class: "sight-words" }, share, " ", words));
  store.watch(["data"], ({ data }) => {
    const { counts } = data;
    const ratio = (part, whole) => (whole ? number(part / whole) : "–");
    const shown = [
      [count(counts.tokens), t("tokens")], [ratio(counts.characters, counts.tokens), t("characters per token")],
      [ratio(counts.tokens, counts.words), t("tokens per word")],
    ];
    figures.forEach(({ value, label }, index) => { setText(value, shown[index][0]); setText(label, shown[index][1]); });
    setText(about, t("{kind}, {size} in the vocabulary", { kind: kindName(data.kind), size: count(data.vocab_size) }));
    const back = data.seer === "counts" ? data.context : null;
    const filled = back === null ? counts.tokens / data.context : 1;
    fill.style.width = `${Math.min(1, filled) * 100}%`;
    fill.classList.toggle("full", filled > 1);
    setText(share, back !== null ? count(back) : filled > 1 ? number(filled) : percent(filled));
    setText(words, contextSentence(data));
  });
  return panel;
}

export function createRows(store) {
  const body = element("tbody");
  const more = element("p", { class: "note" });
  const heads = [t("token"), t("id"), t("UTF-8 bytes"), t("here"), t("in training")];
  const table = element("table", { class: "rows" }, element("thead", {}, element("tr", {}, heads.map((text) => element("th", { text, scope: "col" })))), body);
  const frame = element("div", { class: "rows-frame", tabindex: "0", role: "region", aria: { label: t("Distinct tokens") } }, table);
  const panel = element("section", { class: "panel", aria: { label: t("Distinct tokens") } },
    element("div", { class: "panel-heading" }, element("h2", { text: t("Distinct tokens") }), more), frame);
  let rows = new Map();
  let drawn = new Map(); // what each row says, so that those which say it still need not be drawn again
  store.watch(["data"], ({ data }) => {
    const says = new Map(data.rows.map((row) => [row.id, JSON.stringify(row)]));
    const before = [...rows.keys()];
    rows = new Map(data.rows.map((row) => [row.id, says.get(row.id) === drawn.get(row.id) ? rows.get(row.id) : tableRow(row)]));
    drawn = says;
    const kept = data.rows.findIndex(({ id }, index) => before[index] !== id || rows.get(id).parentNode !== body);
    table.classList.toggle("unmet", data.rows.every(({ trained }) => trained === null)); // nobody knows that text
    if (kept >= 0 || before.length !== rows.size) body.replaceChildren(...rows.values());
    const { distinct } = data.counts;
    setText(more, distinct > data.rows.length ? t("the {shown} most frequent of {distinct}", { shown: data.rows.length, distinct }) : String(distinct));
  });
  store.watch(["data", "hovered", "locked"], ({ hovered, locked, data }) => {
    const id = hovered ?? (locked === null ? null : data.tokens[locked]?.[0] ?? null);
    for (const [own, row] of rows) row.classList.toggle("same", own === id);
    if (hovered !== null) bringIntoView(frame, rows.get(hovered));
  });
  body.addEventListener("pointerover", (event) => {
    const id = event.target.closest("tr")?.dataset.id;
    store.set({ hovered: id === undefined ? null : Number(id) });
  });
  body.addEventListener("pointerleave", () => store.set({ hovered: null }));
  return panel;
}

function tableRow({ id, text, bytes, times, trained }) {
  const row = element("tr", {}, element("td", {}, element("bdi", {}, tokenSpan(text))), element("td", { class: "mono", text: String(id) }),
    element("td", { class: "mono muted", text: bytes || "–" }), element("td", { class: "mono", text: String(times) }),
    element("td", { class: "mono", text: trained === null ? "–" : count(trained) }));
  row.classList.toggle("never", trained === 0);
  row.dataset.id = id;
  return row;
}

/** Scrolls only inside the table's own frame: the page stays still. */
function bringIntoView(frame, row) {
  if (!row || frame.matches(":hover")) return;
  const top = row.offsetTop;
  if (top < frame.scrollTop + 32) frame.scrollTop = top - 32;
  else if (top + row.offsetHeight > frame.scrollTop + frame.clientHeight) frame.scrollTop = top + row.offsetHeight - frame.clientHeight;
}
