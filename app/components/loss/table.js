/** The numbers behind the pictures as tables, built only while they are open. */
import { element } from "../kit/dom.js";
import { fixed } from "../kit/format.js";
import { visibleToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { unitName } from "./captions.js";
import { pointInView } from "./probe_data.js";
import { UNITS, inUnit } from "./units.js";

export function createTable(store, run) {
  const body = element("div", { class: "tables" });
  const details = element("details", { class: "values" }, element("summary", { text: t("Values as a table") }), body);
  const build = () => body.replaceChildren(...(details.open ? [validationTable(run), ...tokenTable(store.state)] : []));
  details.addEventListener("toggle", build);
  store.watch(["rows", "points", "selected", "own"], () => { if (details.open) build(); });
  return details;
}

function table(heads, rows) {
  const cells = (kind, row) => element("tr", {}, row.map((text) => element(kind, { text })));
  return element("div", { class: "table-frame", tabindex: "0" },
    element("table", {}, element("thead", {}, cells("th", heads)), element("tbody", {}, rows.map((row) => cells("td", row)))));
}

function validationTable(run) {
  const losses = new Map(run.steps.map((step, row) => [step, run.loss[row]]));
  const rows = run.validation.map(({ step, value }) => [
    String(step), fixed(losses.get(step), 3), ...UNITS.map((unit) => fixed(inUnit(value, unit, run.perByte), 3)),
  ]);
  return table([t("step"), t("train, nats"), ...UNITS.map((unit) => t("validation, {unit}", { unit: unitName(unit) }))], rows);
}

function tokenTable(state) {
  const point = pointInView(state);
  if (!point) return [];
  const rows = point.tokens.map((token, position) => {
    const loss = point.losses[position];
    return [String(position + 1), visibleToken(token), loss === null ? "–" : Math.exp(-loss).toFixed(4), fixed(loss, 3)];
  });
  return [table([t("position"), t("token"), t("probability q"), t("−ln q, nats")], rows)];
}
