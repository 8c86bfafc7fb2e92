/** Every other metric that the run measures, each in a small chart: same window and cursor as the loss. */
import { element, setText } from "../kit/dom.js";
import { count, number } from "../kit/format.js";
import { dot, fitCanvas, horizontalLine, makeStepScale, makeValueScale, strokeSeries, verticalLine } from "../kit/plot.js";
import { isOver } from "../kit/series.js";
import { stepWindow } from "../kit/step_input.js";
import { metricWords } from "./captions.js";
import { CURSOR_KEYS, CURVE_KEYS, linkChart, touches, visibleRows } from "./linked.js";
import { newestRow } from "./measures.js";
import { otherMetrics } from "./run.js";

/** What a run measures from its first steps on. */
const OF_WEIGHTS = ["learning_rate", "grad_norm", "tokens_per_second", "update_ratio", "energy_wh"];
const OF_COUNTS = ["tokens_per_second", "energy_wh"];
const COLOURS = { grad_norm: "gradients", update_ratio: "weights" };

export function createSmallMultiples(store, run, about) {
  const panel = element("div", { class: "multiples" });
  const charts = new Map();
  let shown = "";
  store.watch(CURSOR_KEYS, (state, changed) => {
    const expected = isOver(state.status) && state.rowCount ? [] : about.counts ? OF_COUNTS : OF_WEIGHTS;
    const names = otherMetrics(run, expected);
    if (String(names) !== shown) {
      for (const name of names) if (!charts.has(name)) charts.set(name, createSmallChart(store, run, name));
      panel.replaceChildren(...names.map((name) => charts.get(name).panel));
      shown = String(names);
    }
    const curves = touches(changed, CURVE_KEYS);
    charts.forEach((chart) => chart.draw(state, curves));
  });
  return { panel };
}

function createSmallChart(store, run, name) {
  const words = metricWords(name);
  const curves = element("canvas", { class: "sheet", aria: { hidden: "true" } });
  const cursor = element("canvas", { class: "sheet pointer", tabindex: "0", role: "img" });
  const present = element("b", { class: "present" });
  const panel = element("section", { class: "multiple", aria: { label: words.title } },
    element("div", { class: "multiple-heading" }, element("h3", { text: words.title }), present, element("span", { class: "unit", text: words.unit })),
    element("div", { class: "multiple-frame" }, curves, cursor));
  let plot = null;
  linkChart(cursor, store, run, () => plot?.xScale);

  function draw(state, curvesChanged) {
    const values = run.columns[name] ?? [];
    const colour = state.palette[COLOURS[name] ?? "ink"];
    if (curvesChanged || !plot) plot = drawCurve(curves, state, run, values, colour);
    const row = newestRow(values, (state.cursorRow ?? state.rowCount - 1) + 1);
    const text = row < 0 ? "–" : values[row] >= 1e4 ? count(Math.round(values[row])) : number(values[row]);
    setText(present, text);
    cursor.setAttribute("aria-label", `${words.title} ${text} ${words.unit}`);
    drawMoment(cursor, plot, state, run, { row, value: values[row], colour });
  }
  return { panel, draw };
}

function drawCurve(canvas, state, run, values, colour) {
  const { context, width, height } = fitCanvas(canvas);
  const { palette, points, selected } = state;
  const rows = visibleRows(state, run);
  const xScale = makeStepScale(state.stepAxis, stepWindow(state), [4, width - 5]);
  const yScale = makeValueScale([0, largest(values, rows)], [height - 3, 6]);
  context.strokeStyle = palette.hairline;
  context.lineWidth = 1;
  horizontalLine(context, height - 3, 0, width);
  if (points[selected]) {
    context.strokeStyle = palette.selected;
    context.lineWidth = 2;
    const x = xScale.toPixel(points[selected].step);
    if (x >= 0 && x <= width) verticalLine(context, x, 0, height - 3);
  }
  context.strokeStyle = colour;
  context.lineWidth = 1.25;
  context.lineJoin = "round";
  strokeSeries(context, { steps: run.steps, values, ...rows, xScale, yScale });
  return { xScale, yScale };
}

function largest(values, { begin, end }) {
  let high = 0;
  for (let row = begin; row < end; row += 1) high = Math.max(high, values[row] ?? 0);
  return high || 1;
}

/** The dot sits where the written value is: at the cursor, else at the newest row. */
function drawMoment(canvas, { xScale, yScale }, { palette, cursorRow }, run, { row, value, colour }) {
  const { context, height } = fitCanvas(canvas);
  const inside = (x) => x >= xScale.left - 1 && x <= xScale.right + 1;
  if (cursorRow !== null) {
    context.strokeStyle = palette.muted;
    context.lineWidth = 1;
    const x = xScale.toPixel(run.steps[cursorRow]);
    if (inside(x)) verticalLine(context, x, 0, height - 3);
  }
  if (row < 0) return;
  const x = xScale.toPixel(run.steps[row]);
  if (inside(x)) dot(context, x, yScale.toPixel(value), 3, { fill: colour, stroke: palette.page, width: 1.5 });
}
