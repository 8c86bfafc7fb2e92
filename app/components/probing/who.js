/** Who wrote this? The score of a token as a sum over the parts of the model, and how long what each part adds is. */
import { element, renew, segmented, setText } from "../kit/dom.js";
import { fixed, percent } from "../kit/format.js";
import { rove } from "../kit/rove.js";
import { quotedToken, tokenSpan } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { signedBars } from "./bars.js";
import { createChips } from "./chips.js";
import { createGrid } from "./grid.js";
import { joined, partName, signed, sum } from "./names.js";
import { createPredict } from "./predict.js";
import { createTables } from "./table.js";
import { targetButtons } from "./targets.js";

const MOST_BARS = 40;
const MOST_ROWS = 48; // of the map of lengths

export function createWho({ start, again, redraw, origin }) {
  let place = start.place ?? null;
  let token = null;
  let against = null;
  let order = "model";
  let shown = null;
  let opened = null; // the bar whose number is explained
  const chips = createChips({ label: t("Tokens of the sentence: choose where to guess the next one"), onChoose(next) { place = next; token = null; against = null; again(); } });
  const targets = element("div", { class: "target-rows" });
  const chooseOrder = segmented({
    label: t("Order of the bars"), chosen: order, choices: [{ value: "model", text: t("as the pass goes") }, { value: "size", text: t("largest first") }],
    onChoose(value) { order = value; redraw(); },
  });
  const bars = element("div", { class: "bars", role: "group", aria: { label: t("logits that each part adds") } });
  const total = element("p", { class: "mono total", role: "status" });
  const source = element("div", { class: "detail-panel", hidden: true });
  const caption = element("p", { class: "caption", aria: { live: "polite" } });
  const predict = createPredict();
  const grid = createGrid({ label: t("How long what each part adds is, at each token"), onLock(row, column) {
    if (row === null) return;
    const parts = Math.min(shown.norms.length, MOST_ROWS);
    if (row < parts) origin.open("who.norm", [row, column], given());
    else origin.open("who.stream", [column], given());
  } });
  const given = () => ({ position: shown.position, token: shown.token, ...(shown.against < 0 ? {} : { against: shown.against }) });
  const tables = createTables();
  const settleTargets = rove(targets, "button", { lines: ".targets" });
  const settleBars = rove(bars, ".signed-row");
  const title = t("Who wrote this? The score as a sum");
  const node = element("div", { class: "panel" }, element("div", { class: "panel-heading" }, element("h2", { text: title }),
    element("span", { class: "unit", text: t("logits that each part adds") }), element("span", { class: "spacer" }), chooseOrder.group),
  chips.row, targets, predict.box, bars, total, source, caption, element("h3", { text: t("Length of what each part adds to the residual stream") }), grid.box, tables.box);

  function draw(answer, palette) {
    shown = answer;
    chips.draw({ tokens: answer.tokens, chosen: answer.position });
    drawTargets(answer);
    const rows = barsOf(answer, order);
    const at = rows.findIndex(({ name }) => name === opened);
    renew(bars, signedBars(rows, { chosen: at, onChoose(next) {
      opened = rows[next].name === opened ? null : rows[next].name;
      if (opened === null || rows[next].part === undefined) origin.close();
      else origin.open("who.value", [rows[next].part], given());
      redraw();
    } }));
    settleBars();
    drawSource(answer, rows[at]);
    const added = sum(answer.parts.map(({ value }) => value));
    total.replaceChildren(`Σ ${signed(added)} = ${t("logit of {token}", { token: nameOfTarget(answer) })} `, origin.number(signed(answer.logit), "who.logit", [], given()));
    setText(caption, captionOf(answer));
    predict.show(questionOf(answer));
    drawLengths(answer, palette);
    tables.show(() => tablesOf(answer, origin, given()));
  }

  /** Where the number of a bar comes from: its three factors, with the numbers in them. */
  function drawSource(answer, row) {
    source.hidden = !row?.length;
    if (source.hidden) return;
    const cosine = row.value / (row.length * answer.direction);
    source.replaceChildren(element("h3", { text: t("{part}: where its number comes from", { part: row.name }) }),
      element("p", { class: "mono" }, origin.number(signed(row.value, 3), "who.value", [row.part], given()), " = ", origin.number(fixed(row.length, 3), "who.length", [row.part], given()), ` × ${fixed(answer.direction, 3)} × ${signed(cosine, 4)}`),
      element("p", { class: "note", text: t("Length of what it adds, behind the last norm × length of the row of the head for {token} × cosine of the angle between them. Worked out in lm_core.interpret.attribution.attribute.", { token: nameOfTarget(answer) }) }));
  }

  function drawTargets(answer) {
    const others = answer.candidates.filter(({ id }) => id !== answer.token);
    renew(targets,
      element("div", { class: "targets" }, element("span", { class: "label", text: t("the score of") }), targetButtons(answer.candidates, answer.token, (id) => { token = id; if (against === id) against = null; again(); })),
      element("div", { class: "targets" }, element("span", { class: "label", text: t("minus that of") }),
        element("button", { type: "button", class: "button small target", text: t("nothing"), aria: { pressed: String(answer.against < 0) }, onclick() { against = null; again(); } }),
        targetButtons(others, answer.against, (id) => { token = answer.token; against = id; again(); })));
    settleTargets();
  }

  function drawLengths(answer, palette) {
    const all = answer.norms.length;
    const rows = answer.parts.slice(0, Math.min(all, MOST_ROWS)).map((part, at) => ({ part, norms: answer.norms[at] }));
    const longest = Math.max(...answer.stream, ...rows.flatMap(({ norms }) => norms));
    const cell = (name, at, norm) => ({
      text: fixed(norm, norm < 10 ? 1 : 0), tint: palette.attention.at(Math.sqrt(norm / longest)),
      label: t("{part} adds a vector of length {length} to {token}.", { part: name, length: fixed(norm), token: quotedToken(answer.tokens[at]) }),
    });
    grid.draw({
      corner: "", columns: answer.tokens.map(tokenSpan),
      rows: [...rows.map(({ part, norms }) => ({ head: partName(part), cells: norms.map((norm, at) => cell(partName(part), at, norm)) })),
        { head: t("all together"), cells: answer.stream.map((norm, at) => ({ ...cell("", at, norm), label: t("At {token} the stream is {length} long in the end.", { token: quotedToken(answer.tokens[at]), length: fixed(norm) }) })) }],
      note: joined([t("Lengths do not add up: parts may point the same way, or against each other."), rows.length < all ? t("These are the first {shown} of {all} parts; the table below has them all.", { shown: rows.length, all }) : ""]),
    });
  }

  return {
    node, title, question: "who", draw, forget() { place = null; token = null; against = null; }, view: () => ({ place: shown?.position ?? null }), about: () => ({ parts: shown?.parts.map(partName) }),
    values: () => ({ ...(place === null ? {} : { position: place }), ...(token === null ? {} : { token }), ...(against === null ? {} : { against }) }),
  };
}

const textOf = ({ candidates }, id) => candidates.find((one) => one.id === id).text;
const nameOfTarget = (answer) => (answer.against < 0 ? quotedToken(textOf(answer, answer.token))
  : t("{token} over {rival}", { token: quotedToken(textOf(answer, answer.token)), rival: quotedToken(textOf(answer, answer.against)) }));

function barsOf({ parts }, order) {
  const rows = parts.map((part, at) => ({ part: at, name: partName(part), value: part.value, text: signed(part.value), kind: part.kind, length: part.length }));
  const largest = [...rows].sort((first, second) => Math.abs(second.value) - Math.abs(first.value));
  if (rows.length <= MOST_BARS) return order === "size" ? largest : rows;
  const kept = new Set(largest.slice(0, MOST_BARS));
  const rest = sum(rows.filter((row) => !kept.has(row)).map(({ value }) => value));
  return [...(order === "size" ? largest : rows).filter((row) => kept.has(row)), { name: t("all others"), value: rest, text: signed(rest), kind: "rest" }];
}

/** Sums over kinds: {embedding, heads, mlps}. */
function kinds({ parts }) {
  const of = (...names) => sum(parts.filter(({ kind }) => names.includes(kind)).map(({ value }) => value));
  return { embedding: of("embed", "token_shift", "pos_embed"), heads: of("head", "bias"), mlps: of("mlp") };
}

function captionOf(answer) {
  const most = answer.parts.reduce((best, one) => (one.value > best.value ? one : best));
  const least = answer.parts.reduce((best, one) => (one.value < best.value ? one : best));
  const share = answer.candidates.find(({ id }) => id === answer.token).share;
  const said = t("After {place} the model gives {token} {share}. Most for it speaks {part} ({value}).",
    { place: quotedToken(answer.tokens[answer.position]), token: quotedToken(textOf(answer, answer.token)), share: percent(share), part: partName(most), value: signed(most.value) });
  return least.value < 0 ? joined([said, t("Most against it speaks {part} ({value}).", { part: partName(least), value: signed(least.value) })]) : said;
}

function questionOf(answer) {
  const sums = kinds(answer);
  const names = { embedding: t("the embedding"), heads: t("all heads together"), mlps: t("all MLPs together") };
  const right = Object.keys(sums).reduce((best, name) => (sums[name] > sums[best] ? name : best));
  return {
    question: t("Who says most for {token} here?", { token: nameOfTarget(answer) }),
    choices: Object.entries(names).map(([value, text]) => ({ value, text })), right,
    because: t("Embedding {embedding}, heads {heads}, MLPs {mlps} logits.", { embedding: signed(sums.embedding), heads: signed(sums.heads), mlps: signed(sums.mlps) }),
  };
}

function tablesOf(answer, origin, given) {
  const figure = (key, value, at, digits) => origin.number(key === "who.value" || key === "who.logit" ? signed(value, digits) : fixed(value, digits), key, at, given);
  return [
    { title: t("What each part adds to the score"), heads: [t("part"), t("logits")], rows: [...answer.parts.map((part, at) => [partName(part), figure("who.value", part.value, [at], 4)]), [t("sum"), figure("who.logit", answer.logit, [], 4)]] },
    { title: t("Length of what each part adds to the residual stream"), heads: [t("part"), ...answer.tokens], rows: answer.norms.map((norms, at) => [partName(answer.parts[at]), ...norms.map((norm, place) => figure("who.norm", norm, [at, place], 2))]) },
  ];
}
