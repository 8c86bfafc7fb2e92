/** Where a number came from: its operands as strips, the equation with the numbers in it, and the line that made it. */
import { element, prefersReducedMotion, setText } from "../kit/dom.js";
import { number } from "../kit/format.js";
import { quotedToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { agrees, sizeOfTerms, workedOut } from "./arithmetic.js";
import { digits, equationOf } from "./equation.js";
import { createHeat, limitOf } from "./heat.js";
import { axisName, fullName, madeOf, stopOf, tensorName } from "./stops.js";

/** `pick(key, at)` chooses another number: one of the operands. */
export function createOrigin(store, { pick }) {
  const heading = element("h2");
  const where = element("p", { class: "unit" });
  const trouble = element("p", { class: "notice", role: "alert", hidden: true });
  const lines = element("div", { class: "equation", aria: { live: "polite" } });
  const verdict = element("p", { class: "verdict" });
  const strips = element("div", { class: "strips" });
  const links = element("div", { class: "operand-links" });
  const code = element("div", { class: "code-line" });
  const body = element("div", { class: "origin-body" }, element("div", {}, lines, verdict, links, code), strips);
  const close = element("button", { type: "button", class: "button small", text: t("Close"), onclick: () => store.set({ number: null, source: null }) });
  const panel = element("section", { class: "origin panel", hidden: true, aria: { label: t("Where a number came from") } },
    element("div", { class: "panel-heading" }, heading, where, element("span", { class: "spacer" }), close), trouble, body);
  const read = element("p", { class: "tip" });
  let shown = null;
  let heat = null;

  store.watch(["number", "source", "palette", "width", "stops"], (state, changed) => {
    panel.hidden = state.number === null;
    if (panel.hidden || !state.palette || !state.stops.length) return;
    const { source } = state;
    setText(where, placeText(state));
    trouble.hidden = !source?.error;
    body.hidden = !source || Boolean(source.error);
    if (!source) { setText(heading, t("Where does it come from?")); return; }
    if (source.error) { setText(trouble, source.error); return; }
    setText(heading, t("Where {value} comes from", { value: digits(source.value) }));
    const fresh = shown !== source;
    if (fresh) build(state, source);
    drawStrips(state, source);
    if (fresh && changed.has("source")) panel.scrollIntoView({ block: "nearest", behavior: prefersReducedMotion() ? "auto" : "smooth" });
  });

  function build(state, source) {
    shown = source;
    const found = workedOut(source);
    const value = source.value ?? -Infinity;
    lines.replaceChildren(...equationOf(source, found, value));
    const good = agrees(found.value, value, sizeOfTerms(source, found));
    setText(verdict, Number.isNaN(found.value) ? "" : good
      ? t("Worked out again by this page from these numbers: {value}, as in the model.", { value: digits(found.value) })
      : t("Worked out again by this page: {mine}; the model has {value}.", { mine: digits(found.value), value: digits(value) }));
    verdict.classList.toggle("differs", !good);
    links.replaceChildren(...source.operands.filter(({ weight }) => !weight).map((operand) => linkTo(state, operand)));
    showCode(source.code);
    heat = null;
  }

  /** The way further back: to the number, or to the row's own stop. */
  function linkTo({ stops }, operand) {
    const at = stopOf(stops, operand.of);
    const name = at < 0 ? operand.of : fullName(stops[at]);
    const target = madeOf(stops, operand.of);
    const text = operand.axis === null ? t("{letter} = {value}: see where it comes from ({stop})", { letter: operand.name, value: number(operand.values[0] ?? -Infinity), stop: name })
      : t("{letter}: {count} numbers of {stop}", { letter: operand.name, count: operand.values.length, stop: name });
    return element("button", { type: "button", class: "button small", text, disabled: !target, onclick: () => pick(target.key, operand.place) });
  }

  function showCode({ text, where: place, source: whole, function: name }) {
    const body = element("pre", { class: "function" });
    for (const line of whole.split("\n")) body.append(element("span", { class: line.includes(text) ? "code here" : "code", text: `${line}\n` }));
    code.replaceChildren(
      element("p", { class: "code-where mono", text: place }), element("pre", { class: "one-line" }, element("code", { text })),
      element("details", { class: "values" }, element("summary", { text: t("The whole function: {name}", { name: name.split(".").slice(-2).join(".") }) }), body));
  }

  /** Rows of operands over each other, so that each product stands under its factors. */
  function drawStrips(state, source) {
    const idle = t("Click a number of a green row to go on to its own source; blue rows are learned weights.");
    const rows = source.operands.filter(({ axis, values }) => axis !== null && values.length > 1);
    strips.hidden = !rows.length;
    if (strips.hidden) return;
    const products = rows.length === 2 ? [{ name: "×", values: rows[0].values.map((value, at) => value * rows[1].values[at]) }] : [];
    const all = [...rows, ...products];
    heat ??= all.map((row) => {
      const strip = createHeat({
        hover: (place) => setText(read, place ? t("{letter} {column}: {value}", { letter: row.name, column: place.column, value: number(row.values[place.column] ?? -Infinity) }) : idle),
        pick: ({ column }) => { if (row.of && !row.weight) { const at = [...row.place]; at[row.axis] = column; pick(madeOf(store.state.stops, row.of).key, at); } },
      });
      return { row, strip };
    });
    setText(read, idle);
    const width = Math.max(200, strips.clientWidth || state.width * 0.5);
    strips.replaceChildren(...heat.flatMap(({ row, strip }) => [
      element("p", { class: `strip-name ${row.of ? (row.weight ? "is-weight" : "is-activation") : ""}` }, element("b", { class: "mono", text: row.name }), " ", element("span", { class: "unit", text: nameOf(state, row) })), strip.canvas]), read);
    const chosen = source.at.at(-1);
    for (const { row, strip } of heat) {
      const values = Float32Array.from(row.values, (value) => value ?? -Infinity);
      strip.show({
        tensor: { key: row.name, rows: 1, columns: values.length, first: 0, values }, tokens: [row.name], across: null, palette: state.palette, width, row: 0,
        share: row.name === "a", limit: limitOf(values), stamp: `${state.turn} ${state.themeTurn} ${source.key} ${source.at} ${row.name}`,
        chosen: ["unit", "layernorm", "softmax"].includes(source.kind) ? { row: 0, column: chosen } : null,
        label: t("{letter}: {count} numbers", { letter: row.name, count: values.length }),
      });
    }
  }

  return { panel };
}

function nameOf({ stops }, { of, weight, place, axis }) {
  if (!of) return t("products; their sum is the number");
  if (weight) return t("{weight}, row {row}", { weight: of, row: place[0] });
  const at = stopOf(stops, of);
  const rest = place.filter((_, each) => each !== axis);
  return `${at < 0 ? of : fullName(stops[at])} [${rest.join(", ")}]`;
}

/** "q · head 2 · token “e” (5) · number 3" */
function placeText({ number: chosen, stops, overview, source }) {
  const made = madeOf(stops, chosen.key);
  if (!made) return chosen.key;
  const named = [...made.axes].map((axis, at) => {
    const place = chosen.at[at];
    if (axis === "H") return t("head {head}", { head: place + 1 });
    if (axis === "T" || axis === "S") return `${axisName(axis)} ${quotedToken(overview.tokens[place])} (${place})`;
    if (axis === "V" && source?.token) return `${axisName(axis)} ${quotedToken(source.token)} (${place})`;
    return `${axisName(axis)} ${place}`;
  });
  return [fullName(stops[stopOf(stops, chosen.key)]), tensorName(made.key), ...named].join(" · ");
}
