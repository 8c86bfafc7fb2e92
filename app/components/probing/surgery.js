/** Surgery: switch heads off or set a weight by hand, see what changes; and beside the weights, whether they mattered. */
import { disable, element, renew, setText } from "../kit/dom.js";
import { fixed, percent } from "../kit/format.js";
import { rove } from "../kit/rove.js";
import { quotedToken, tokenSpan, visibleToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { wordsWith } from "../inside/asked.js";
import { createGrid } from "./grid.js";
import { headName, joined, ranksAgree, signed } from "./names.js";
import { createOutcome, outcomeCaption } from "./operation.js";
import { createPlane } from "./plane.js";
import { createPredict } from "./predict.js";
import { createTables } from "./table.js";
import { tokensTable } from "./without.js";

const SOURCES = 10; // rows of the comparison; all of them in the table of values
const PAUSE = 120; // milliseconds that the slider rests before the model is asked

export function createSurgery({ ask, start, again, sentenceOf, remember, palette, origin }) {
  const off = new Set((start.off ?? "").split(",").filter((key) => key.includes(".")));
  const cells = new Map(); // "layer.head.query.key" -> weight
  let [layer, head] = [(start.layer ?? 1) - 1, (start.head ?? 1) - 1].map((at) => Math.max(0, at));
  let place = start.place ?? null;
  let key = 0;
  let shown = null;
  let operated = null;
  let timer = 0;
  const heads = createGrid({ label: t("Heads: choose one to operate on"), onLock(row, column) { if (row !== null) { [layer, head] = [row, column]; again(); } } });
  const plane = createPlane({ label: t("Attention of the chosen head"), onChoose(query, next) { const moved = query !== shown.position; key = next; place = query; if (moved) again(); else show(); } });
  const headButton = element("button", { type: "button", class: "button small", onclick() { const name = `${layer}.${head}`; if (!off.delete(name)) off.add(name); show(); operate(); } });
  const heal = element("button", { type: "button", class: "button small", text: t("Undo everything"), onclick() { off.clear(); cells.clear(); show(); operate(); } });
  const cellName = element("p", { class: "cell-name" });
  const slider = element("input", { type: "range", min: "0", max: "1", step: "0.01", class: "cell-slider", aria: { label: t("Share of attention that this cell gets") },
    oninput() { cells.set(cellKey(), Number(slider.value)); show(); clearTimeout(timer); timer = setTimeout(operate, PAUSE); } });
  const undoCell = element("button", { type: "button", class: "button small", text: t("As learned"), onclick() { cells.delete(cellKey()); show(); operate(); } });
  const after = element("p", { class: "caption", aria: { live: "polite" } });
  const number = (text, name, at) => origin.number(text, name, at, changes());
  const outcome = createOutcome({ onPlace(next) { place = next; key = Math.min(key, next); again(); }, number });
  const matters = element("div", { class: "matters" });
  const settle = rove(matters, "button", { lines: "tr" });
  const caption = element("p", { class: "caption", aria: { live: "polite" } });
  const predict = createPredict();
  const tables = createTables();
  const title = t("Surgery: switch a head off, or set a weight by hand");
  const node = element("div", { class: "panel" }, element("div", { class: "panel-heading" }, element("h2", { text: title }), element("span", { class: "spacer" }), headButton, heal),
    element("div", { class: "operating" }, element("div", { class: "operating-side" }, heads.box, cellName, element("div", { class: "cell-row" }, slider, undoCell)), plane.box),
    after, outcome.node, element("h3", { text: t("Does it matter? Three witnesses for the tokens that were looked at") }), predict.box, matters, caption, tables.box);

  const cellKey = () => `${layer}.${head}.${shown.position}.${key}`;

  /** What is switched off and set, for the server. */
  function changes() {
    const set = [...cells].filter(([cell]) => Number(cell.split(".")[2]) < shown.tokens.length).map(([cell, weight]) => `${cell}.${Math.round(1000 * weight)}`);
    return { heads: [...off].join(","), cells: set.join(",") };
  }

  function draw(answer) {
    if (answer === shown) { show(); if (operated) outcome.draw(operated, palette()); return; } // in the colours of now
    const first = shown === null;
    shown = answer;
    place = answer.position;
    [layer, head] = [answer.layer, answer.head];
    if (first) key = strongest(answer.attention.slice(0, answer.causal ? place + 1 : undefined));
    key = Math.min(key, answer.causal ? place : answer.tokens.length - 1);
    show();
    renew(matters, mattersTable(answer, origin, (at) => { key = at; show(); }));
    settle();
    setText(caption, mattersCaption(answer));
    predict.show(questionOf(answer));
    operate();
  }

  function show() {
    const colours = palette();
    const name = headName(layer, head);
    heads.draw({
      corner: t("layer"), columns: [...Array(shown.heads).keys()].map((at) => t("head {head}", { head: at + 1 })), locked: [layer, head],
      rows: [...Array(shown.layers).keys()].map((row) => ({
        head: String(row + 1),
        cells: [...Array(shown.heads).keys()].map((column) => {
          const isOff = off.has(`${row}.${column}`);
          const edited = [...cells.keys()].some((cell) => cell.startsWith(`${row}.${column}.`));
          return { text: isOff ? t("off") : edited ? "✎" : headName(row, column), label: isOff ? t("Head {head} is off.", { head: headName(row, column) }) : t("Head {head}.", { head: headName(row, column) }) };
        }),
      })),
    });
    setText(headButton, off.has(`${layer}.${head}`) ? t("Switch head {head} on", { head: name }) : t("Switch head {head} off", { head: name }));
    disable(heal, off.size + cells.size === 0, headButton);
    const lone = shown.causal && place === 0;
    const weight = cells.get(cellKey()) ?? shown.pattern[place][key];
    slider.disabled = lone;
    slider.value = weight;
    disable(undoCell, !cells.has(cellKey()), slider);
    cellName.replaceChildren(...(lone ? [t("The first token sees itself alone: nothing can be set here.")] : wordsWith(t("Head {head}: {query} gives {key} {share} (learned: {learned}); the rest of its row shares what remains.",
      { head: name, query: quotedToken(shown.tokens[place]), key: quotedToken(shown.tokens[key]), share: percent(weight) }), { learned: origin.number(percent(shown.pattern[place][key]), `blocks.${layer}.attn.pattern`, [head, place, key]) })));
    const own = [...cells].filter(([cell]) => cell.startsWith(`${layer}.${head}.`)).map(([cell, value]) => [...cell.split(".").slice(2).map(Number), value]);
    plane.draw({ pattern: withCells(shown.pattern, own, shown.causal), tokens: shown.tokens, cell: [place, key], changed: own.filter(([query]) => query < shown.tokens.length), causal: shown.causal }, colours);
  }

  async function operate() {
    remember();
    const answer = await ask("surgery", { ...sentenceOf(), position: place, ...changes(), write: 1 });
    if (!answer) return;
    if (answer.error) { setText(after, answer.error); return; }
    setText(after, off.size + cells.size ? outcomeCaption(answer) : t("Nothing is changed yet: switch a head off, or move the slider."));
    operated = answer;
    outcome.draw(answer, palette());
    tables.show(() => [mattersValues(shown, origin), tokensTable(answer, number)]);
  }

  return {
    node, title, question: "matters", follows: true, draw, values: () => ({ layer, head, ...(place === null ? {} : { position: place }) }),
    forget() { place = null; shown = null; cells.clear(); },
    view: () => ({ place, layer: layer + 1, head: head + 1, off: [...off].join(",") || null }),
  };
}

const strongest = (values) => values.reduce((best, value, at) => (value > values[best] ? at : best), 0);

/** The pattern as it is after setting cells [query, key, weight], one after the other; each row sums to 1. */
export function withCells(pattern, cells, causal) {
  const changed = pattern.map((row) => row);
  for (const [query, key, weight] of cells) {
    if (query >= pattern.length) continue;
    const seen = causal ? query + 1 : pattern.length;
    const others = changed[query].reduce((total, value, at) => total + (at === key ? 0 : value), 0);
    changed[query] = changed[query].map((value, at) => (at === key ? weight : at >= seen ? 0 : (1 - weight) * (others > 0 ? value / others : 1 / (seen - 1))));
  }
  return changed;
}

/** Sources whose weight was cut (in a large model not all are), the most attended first. */
function sourcesOf(answer) {
  const seen = answer.causal ? answer.position + 1 : answer.tokens.length;
  return [...Array(seen).keys()].filter((at) => answer.here[at] !== null).sort((first, second) => answer.attention[second] - answer.attention[first]);
}

const COLUMNS = ["attention", "here", "everywhere", "gradient"];
const columnName = (column, { layer, head }) => ({
  attention: t("attention of head {head}", { head: headName(layer, head) }), here: t("cut in this head, ln p"), everywhere: t("cut in all heads, ln p"), gradient: t("gradient × input"),
})[column];

/** One number of the comparison, as something to ask about. */
function witness(answer, origin, column, at, text) {
  const { layer, head, position, token } = answer;
  const [key, place] = column === "attention" ? [`blocks.${layer}.attn.pattern`, [head, position, at]] : [{ here: "knock.here", everywhere: "knock.everywhere", gradient: "grad.score" }[column], [at]];
  return origin.number(text, key, place, { layer, head, position, token });
}

function mattersTable(answer, origin, onChoose) {
  const largest = Object.fromEntries(COLUMNS.map((column) => [column, Math.max(1e-9, ...answer[column].map((value) => Math.abs(value ?? 0)))]));
  const cell = (column, at) => {
    const value = answer[column][at];
    const bar = element("span", { class: `mini ${value < 0 ? "against" : column === "attention" ? "looked" : "for"}`, style: `width:${((100 * Math.abs(value)) / largest[column]).toFixed(1)}%`, aria: { hidden: "true" } });
    return element("td", {}, element("span", { class: "mini-track" }, bar), element("span", { class: "number" }, witness(answer, origin, column, at, column === "attention" ? percent(value) : signed(value, 3))));
  };
  return element("div", { class: "table-frame", tabindex: "0", role: "region", aria: { label: t("Does it matter?") } }, element("table", { class: "matters-table" },
    element("thead", {}, element("tr", {}, element("th", { text: t("source token") }), COLUMNS.map((column) => element("th", { text: columnName(column, answer) })))),
    element("tbody", {}, sourcesOf(answer).slice(0, SOURCES).map((at) => element("tr", {}, element("th", { scope: "row" }, element("button", { type: "button", class: "button small", title: t("Set this weight"), onclick: () => onChoose(at) }, tokenSpan(answer.tokens[at]), element("span", { class: "unit", text: String(at + 1) }))), COLUMNS.map((column) => cell(column, at)))))));
}

function mattersCaption(answer) {
  const sources = sourcesOf(answer);
  if (sources.length < 3) return t("Too few tokens to compare: choose a later place.");
  const of = (column) => sources.map((at) => Math.abs(answer[column][at]));
  const [looked, cut] = [sources[0], strongestSource(answer, "here")];
  const values = {
    looked: quotedToken(answer.tokens[looked]), share: percent(answer.attention[looked]), cut: quotedToken(answer.tokens[cut]), effect: signed(answer.here[cut], 3), next: quotedToken(answer.name),
    first: fixed(ranksAgree(of("attention"), of("here"))), second: fixed(ranksAgree(of("attention"), of("gradient"))),
  };
  return joined([
    looked === cut ? t("Head {head} looks most at {looked} ({share}), and cutting that weight also changes ln p of {next} most ({effect}).", { ...values, head: headName(answer.layer, answer.head) })
      : t("Head {head} looks most at {looked} ({share}), but cutting the weight on {cut} changes ln p of {next} more ({effect}).", { ...values, head: headName(answer.layer, answer.head) }),
    t("Order by attention agrees with order by cutting by {first}, with gradient × input by {second} (rank correlation; 1: the same order, 0: none). Attention says where a head looked, not what it was for.", values),
  ]);
}

const strongestSource = (answer, column) => sourcesOf(answer).reduce((best, at) => (Math.abs(answer[column][at]) > Math.abs(answer[column][best]) ? at : best));

function questionOf(answer) {
  const [looked, cut, everywhere] = [sourcesOf(answer)[0], strongestSource(answer, "here"), strongestSource(answer, "everywhere")];
  const values = { looked: quotedToken(answer.tokens[looked]), cut: quotedToken(answer.tokens[cut]), everywhere: quotedToken(answer.tokens[everywhere]), row: everywhere + 1 };
  return {
    question: t("The head looks most at {looked}. If that token is hidden from all heads, is it the one whose loss hurts the guess most?", values),
    choices: [{ value: true, text: t("yes") }, { value: false, text: t("no") }], right: looked === everywhere,
    because: t("Hiding {everywhere} (position {row}) from all heads changes the guess most.", values),
  };
}

const mattersValues = (answer, origin) => ({
  title: t("Does it matter?"), heads: [t("position"), t("source token"), ...COLUMNS.map((column) => columnName(column, answer))],
  rows: sourcesOf(answer).map((at) => [String(at + 1), visibleToken(answer.tokens[at]), ...COLUMNS.map((column) => witness(answer, origin, column, at, fixed(answer[column][at], 4)))]),
});
