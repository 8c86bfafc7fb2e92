/** The panel that says where a number came from: its equation with the numbers in it, its operands as strips, the line of code. */
import { element, setText } from "../kit/dom.js";
import { number } from "../kit/format.js";
import { t } from "../kit/words.js";
import { agrees, sizeOfTerms, workedOut } from "./arithmetic.js";
import { digits, equationOf } from "./equation.js";
import { createHeat, limitOf } from "./heat.js";

const PRODUCTS = ["linear", "dot", "mix", "rollout", "weighted", "cosine"]; // sums of products of two rows
const ONE_OF_A_ROW = ["unit", "layernorm", "softmax", "rank", "share_of"]; // the number itself stands in the row
const SHARES = ["a", "p", "q", "r"];

/** `pick(operand, place)` goes on to an operand. A source's words come with it: `nameOf(operand)`, `reach(operand)` (its
 *  name where it has a source of its own, else null). */
export function createPanel({ pick, close, docked = false }) {
  const heading = element("h2");
  const where = element("p", { class: "unit" });
  const trouble = element("p", { class: "notice", role: "alert", hidden: true });
  const waiting = element("div", { class: "loading", hidden: true });
  const lines = element("div", { class: "origin-lines", aria: { live: "polite" } });
  const verdict = element("p", { class: "verdict" });
  const strips = element("div", { class: "operand-strips" });
  const links = element("div", { class: "operand-links" });
  const code = element("div", { class: "code-line" });
  const body = element("div", { class: "origin-body" }, element("div", {}, lines, verdict, links, code), strips);
  const back = element("button", { type: "button", class: "button small", text: t("One back"), hidden: true });
  const panel = element("section", { class: docked ? "origin panel docked" : "origin panel", hidden: true, tabindex: "-1", aria: { label: t("Where a number came from") } },
    element("div", { class: "panel-heading" }, heading, where, element("span", { class: "spacer" }), back, element("button", { type: "button", class: "button small", text: t("Close"), onclick: close })), waiting, trouble, body);
  const read = element("p", { class: "tip" });
  let shown = null;
  let heat = null;

  /** source: what the server said, {error}, or null while it is asked; `drawn` is {palette, width, stamp}. */
  function show(source, place, words, drawn) {
    if (panel.hidden) body.hidden = true;
    panel.hidden = false;
    setText(where, place);
    trouble.hidden = !source?.error;
    waiting.hidden = Boolean(source);
    if (source) body.hidden = Boolean(source.error);
    body.style.visibility = source ? "" : "hidden"; // the answer before keeps its room until the next one is here
    if (!source) { setText(heading, t("Where does it come from?")); return; }
    if (source.error) { setText(trouble, source.error); return; }
    setText(heading, t("Where {value} comes from", { value: digits(source.value) }));
    if (shown !== source) build(source, words);
    drawStrips(source, words, drawn);
  }

  function build(source, words) {
    shown = source;
    const found = workedOut(source);
    const value = source.value ?? -Infinity;
    lines.replaceChildren(...equationOf(source, found, value));
    const good = agrees(found.value, value, sizeOfTerms(source, found));
    setText(verdict, Number.isNaN(found.value) ? "" : good
      ? t("Worked out again by this page from these numbers: {value}, as in the model.", { value: digits(found.value) })
      : t("Worked out again by this page: {mine}; the model has {value}.", { mine: digits(found.value), value: digits(value) }));
    verdict.classList.toggle("differs", !good);
    links.replaceChildren(...source.operands.filter(({ weight }) => !weight).map((operand) => linkTo(operand, words)));
    showCode(source.code);
    heat = null;
  }

  /** The way further back: to the number, or to the row's own stop. */
  function linkTo(operand, { nameOf, reach }) {
    const target = reach(operand);
    const name = target ?? nameOf(operand);
    const text = operand.axis !== null ? t("{letter}: {count} numbers of {stop}", { letter: operand.name, count: operand.values.length, stop: name })
      : target === null ? t("{letter} = {value} ({stop})", { letter: operand.name, value: number(operand.values[0] ?? -Infinity), stop: name })
        : t("{letter} = {value}: see where it comes from ({stop})", { letter: operand.name, value: number(operand.values[0] ?? -Infinity), stop: name });
    return element("button", { type: "button", class: "button small", text, disabled: target === null, onclick: () => pick(operand, operand.place) });
  }

  function showCode({ text, where: place, source: whole, function: name }) {
    const body = element("pre", { class: "function" });
    for (const line of whole.split("\n")) body.append(element("span", { class: line.includes(text) ? "code here" : "code", text: `${line}\n` }));
    code.replaceChildren(
      element("p", { class: "code-where mono", text: place }), element("pre", { class: "one-line" }, element("code", { text })),
      element("details", { class: "values" }, element("summary", { text: t("The whole function: {name}", { name: name.split(".").slice(-2).join(".") }) }), body));
  }

  /** Rows of operands over each other, so that each product stands under its factors. */
  function drawStrips(source, { nameOf, reach }, { palette, width, stamp }) {
    const idle = t("Click a number of a green row to go on to its own source; blue rows are learned weights.");
    const rows = source.operands.filter(({ axis, values }) => axis !== null && values.length > 1);
    strips.hidden = !rows.length;
    if (strips.hidden) return;
    const products = rows.length === 2 && PRODUCTS.includes(source.kind) ? [{ name: "×", values: rows[0].values.map((value, at) => value * rows[1].values[at]) }] : [];
    heat ??= [...rows, ...products].map((row) => {
      const strip = createHeat({
        hover: (place) => setText(read, place ? t("{letter} {column}: {value}", { letter: row.name, column: place.column, value: number(row.values[place.column] ?? -Infinity) }) : idle),
        pick: ({ column }) => { if (row.of && !row.weight && reach(row) !== null) { const at = [...row.place]; at[row.axis] += column; pick(row, at); } },
      });
      return { row, strip };
    });
    setText(read, idle);
    const room = Math.max(200, strips.clientWidth || width * 0.5);
    strips.replaceChildren(...heat.flatMap(({ row, strip }) => [
      element("p", { class: `strip-name ${row.weight ? "is-weight" : row.of && reach(row) !== null ? "is-activation" : ""}` }, element("b", { class: "mono", text: row.name }), " ", element("span", { class: "unit", text: row.of ? nameOf(row) : t("products; their sum is the number") })), strip.canvas]), read);
    const chosen = source.constants.chosen ?? source.at.at(-1);
    for (const { row, strip } of heat) {
      const values = Float32Array.from(row.values, (value) => value ?? -Infinity);
      strip.show({
        tensor: { key: row.name, rows: 1, columns: values.length, first: 0, values }, tokens: [row.name], across: null, palette, width: room, row: 0,
        share: SHARES.includes(row.name) && row.values.every((value) => value >= 0), limit: limitOf(values), stamp: `${stamp} ${source.key} ${source.at} ${row.name}`,
        chosen: ONE_OF_A_ROW.includes(source.kind) ? { row: 0, column: chosen } : null,
        label: t("{letter}: {count} numbers", { letter: row.name, count: values.length }),
      });
    }
  }

  return { panel, back, show };
}
