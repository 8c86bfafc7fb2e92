/** What the chosen runs differ in and what came of it, as a table; and the measured losses behind the lines. */
import { element } from "../kit/dom.js";
import { count, duration, fixed, number } from "../kit/format.js";
import { t } from "../kit/words.js";
import { swatch } from "./marks.js";
import { differences, kindsDiffer, valueText } from "./settings.js";
import { inUnit } from "./series.js";

const MOST_VALUES = 400;

/** `scene()` gives the entries of the present choice; `help` says what each setting means. */
export function createDifferences(store, scene, help) {
  const frame = element("div", { class: "table-frame differences", tabindex: "0", role: "region", aria: { label: t("What differs") } });
  const same = element("p", { class: "muted", hidden: true });
  const panel = element("section", { class: "differ", aria: { label: t("What differs") } }, element("h2", { text: t("What differs") }), same, frame);
  let built = "";
  store.watch(["chosen", "rows", "revision"], () => {
    const { entries } = scene();
    panel.hidden = entries.length < 2;
    if (panel.hidden) return;
    const version = JSON.stringify(entries.map(({ row, seconds, energy, id }) => [id, row.name, row.val_loss, row.parameters, Math.round(seconds), number(energy), Object.keys(row.settings).length]));
    if (version === built) return;
    built = version;
    const different = differences(entries.map(({ row }) => row));
    const kinds = kindsDiffer(entries.map(({ row }) => row));
    same.hidden = different.length > 0 && !kinds;
    same.textContent = kinds ? t("Settings that only one kind of model has are left out.") : t("No setting differs between these runs.");
    frame.replaceChildren(differenceTable(entries, different, help));
  });
  return panel;
}

function differenceTable(entries, different, help) {
  const heads = entries.map(({ mark, row }) => element("th", { scope: "col" }, element("span", { class: "head-mark" }, element("b", { text: mark.letter }), swatch(mark)), element("span", { class: "head-name", text: row.name, title: row.name, dir: "auto" })));
  const rows = different.map(({ setting, values }) => tableRow(element("span", {}, element("span", { class: "mono", text: setting }), element("span", { class: "help", text: help[setting] ?? "" })), values.map(valueText)));
  const outcomes = [
    [t("validation loss, nats per token"), ({ row }) => fixed(row.val_loss, 3)],
    [t("bits per byte"), ({ row }) => fixed(inUnit(row.val_loss, "bytes", row.perByte), 3)],
    [t("parameters"), ({ row }) => (row.parameters ? count(row.parameters) : "–")],
    [t("seconds of training, measured"), ({ seconds }) => (seconds ? duration(seconds) : "–")],
    [t("energy used for training, Wh"), ({ energy }) => number(energy)],
  ].map(([name, read]) => tableRow(element("span", { text: name }), entries.map(read)));
  const body = element("tbody", {}, ...rows);
  return element("table", {}, element("thead", {}, element("tr", {}, element("td", {}), ...heads)), element("tbody", { class: "outcomes" }, ...outcomes), body);
}

function tableRow(head, values) {
  return element("tr", {}, element("th", { scope: "row" }, head), ...values.map((text) => element("td", { text })));
}

/** Values as a table, built only while it is open. */
export function createValues(store, scene) {
  const frame = element("div", { class: "table-frame", tabindex: "0", role: "region", aria: { label: t("Values as a table") } });
  const panel = element("details", { class: "values" }, element("summary", { text: t("Values as a table") }), frame);
  const build = () => { if (panel.open) frame.replaceChildren(valueTable(scene().entries)); };
  panel.addEventListener("toggle", build);
  store.watch(["revision", "chosen", "x", "y", "line"], build);
  return panel;
}

function valueTable(entries) {
  const steps = [...new Set(entries.flatMap(({ line }) => line.steps))].sort((one, other) => one - other);
  const stride = Math.ceil(steps.length / MOST_VALUES) || 1;
  const kept = steps.filter((_, at) => at % stride === 0 || at === steps.length - 1);
  const values = entries.map(({ line }) => new Map(line.steps.map((step, at) => [step, line.ys[at]])));
  const cells = (kind, texts) => element("tr", {}, ...texts.map((text) => element(kind, { text })));
  return element("table", {}, element("thead", {}, cells("th", [t("step"), ...entries.map(({ mark, row }) => `${mark.letter} ${row.name}`)])),
    element("tbody", {}, ...kept.map((step) => cells("td", [String(step), ...values.map((known) => number(known.get(step)))]))));
}
