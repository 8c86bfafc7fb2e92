/** The same loss on four rulers: a choice of unit whose rows carry the live numbers and how to get from one to the next. */
import { element, setText } from "../kit/dom.js";
import { number } from "../kit/format.js";
import { t } from "../kit/words.js";
import { unitName } from "./captions.js";
import { UNITS, inUnit } from "./units.js";

export function createRulers(store, run) {
  const heading = element("h2", { text: t("One loss, four rulers") });
  const where = element("p", { class: "note" });
  const rows = UNITS.map((unit) => createRow(store, unit));
  const group = element("div", { class: "rulers", role: "radiogroup", aria: { label: t("Unit") } }, rows.map(({ row }) => row));
  store.watch(["rows", "points", "selected", "follows", "unit"], (state) => {
    const moment = measuredAt(run, state);
    setText(where, moment ? t("validation at step {step}", { step: moment.step }) : t("not measured yet"));
    rows.forEach(({ show }, index) => show(moment, run, state.unit === UNITS[index]));
  });
  return element("section", { class: "panel side", aria: { label: t("One loss, four rulers") } }, heading, where, group);
}

/** The validation that the timeline points at; the newest while it follows. */
function measuredAt(run, { points, selected, follows }) {
  const step = follows ? Infinity : points[selected]?.step ?? Infinity;
  return run.validation.findLast((point) => point.step <= step) ?? null;
}

function createRow(store, unit) {
  const input = element("input", { type: "radio", name: "loss-unit", value: unit, on: { change: () => store.set({ unit }) } });
  const value = element("b", { class: "mono" });
  const how = element("span", { class: "note mono how" });
  const row = element("label", { class: "ruler" }, input, element("span", { class: "ruler-name", text: unitName(unit) }), value, how);
  function show(moment, run, chosen) {
    const possible = unit !== "bytes" || run.perByte !== null;
    input.disabled = !possible;
    input.checked = chosen;
    row.classList.toggle("chosen", chosen);
    setText(value, moment && possible ? number(inUnit(moment.value, unit, run.perByte)) : "–");
    setText(how, recipe(unit, moment, run));
  }
  return { row, show };
}

function recipe(unit, moment, run) {
  if (!moment) return "";
  const nats = number(moment.value);
  if (unit === "nats") return t("mean of −ln q(true token)");
  if (unit === "bits") return `${nats} ÷ ln 2`;
  if (unit === "perplexity") return `e^${nats}`;
  if (run.perByte === null) return t("known once the text is prepared");
  return t("{bits} × {tokens} tokens per byte", { bits: number(moment.value / Math.LN2), tokens: number(run.perByte) });
}
