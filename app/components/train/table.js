/** The measured values as a table, one row for each validation; built only while it is open. */
import { element } from "../kit/dom.js";
import { number } from "../kit/format.js";
import { lowerBound } from "../kit/series.js";
import { t } from "../kit/words.js";
import { metricWords } from "./captions.js";
import { bitsPerByte, probeSummary } from "./measures.js";
import { otherMetrics } from "./run.js";

export function createTable(store, run) {
  const frame = element("div", { class: "table-frame", tabindex: "0", role: "region", aria: { label: t("Values as a table") } });
  const panel = element("details", { class: "values", ontoggle: () => store.set({ tableOpen: panel.open }) },
    element("summary", { text: t("Values as a table") }), frame);
  let built = "";
  store.watch(["tableOpen", "revision", "points", "selected"], (state) => {
    if (!state.tableOpen) return;
    const measured = run.validation.filter((point) => point.step <= (run.steps[state.rowCount - 1] ?? -1));
    const version = `${measured.length} ${measured.at(-1)?.value} ${state.points.length} ${otherMetrics(run).length}`;
    if (version !== built) frame.replaceChildren(buildTable(run, measured, state.points));
    built = version;
    const chosen = state.points[state.selected]?.step;
    for (const row of frame.querySelectorAll("tbody tr")) row.classList.toggle("selected", Number(row.dataset.step) === chosen);
  });
  return { panel };
}

function buildTable(run, measured, points) {
  const names = otherMetrics(run);
  const titles = [t("step"), t("train loss"), t("validation loss"), t("bits per byte"), ...names.map(titleOf), t("probe surprise")];
  return element("table", {},
    element("thead", {}, element("tr", {}, ...titles.map((text) => element("th", { scope: "col", text })))),
    element("tbody", {}, ...measured.map((point) => tableRow(run, names, point, points))));
}

function titleOf(name) {
  const { title, unit } = metricWords(name);
  return unit ? `${title}, ${unit}` : title;
}

function tableRow(run, names, { step, value, bits }, points) {
  const row = lowerBound(run.steps, step);
  const kept = points.find((point) => point.step === step);
  const probe = kept ? probeSummary(kept.tokens, kept.losses)?.mean : null;
  const values = [run.columns.loss?.[row], value, bits ?? bitsPerByte(value, run.facts), ...names.map((name) => run.columns[name][row]), probe];
  return element("tr", { "data-step": String(step) }, ...[String(step), ...values.map(number)].map((text) => element("td", { text })));
}
