/** The loss picture: training thin, validation thick, the ladder of simple models as rungs to pass. */
import { element, segmented, setText } from "../kit/dom.js";
import {
  dot, drawAxes, drawMoment, fitCanvas, heightText, horizontalLine, makeStepScale, makeValueScale, niceTicks,
  stepTicks, strokeSeries,
} from "../kit/plot.js";
import { stepWindow } from "../kit/step_input.js";
import { t } from "../kit/words.js";
import { lossCaption, unitOf } from "./captions.js";
import { createLadderNews } from "./ladder_news.js";
import { showCursor } from "./loss_cursor.js";
import { drawEndLabels, drawEvents } from "./loss_labels.js";
import { CURSOR_KEYS, CURVE_KEYS, linkChart, visibleRows } from "./linked.js";
import { lossDomain, summarise } from "./measures.js";

const NARROW_PLOT = 440;

export function createLossChart(store, run, about) {
  const curves = element("canvas", { class: "sheet", aria: { hidden: "true" } });
  const cursor = element("canvas", { class: "sheet pointer", tabindex: "0", role: "img" });
  const tooltip = element("div", { class: "tooltip", hidden: true });
  const spoken = element("div", { class: "visually-hidden", aria: { live: "polite" } });
  const caption = element("p", { class: "caption" });
  const zoomOut = element("button", { type: "button", class: "button small", text: t("Show all steps"), onclick: () => store.set({ zoom: null }) });
  const axis = segmented({
    label: t("Step axis"), chosen: store.state.stepAxis,
    choices: [{ value: "log", text: t("log") }, { value: "linear", text: t("linear") }],
    onChoose: (stepAxis) => store.set({ stepAxis }),
  });
  const panel = element("section", { class: "loss", aria: { label: t("Loss") } },
    element("div", { class: "panel-heading" }, element("h2", { text: t("Loss") }),
      element("span", { class: "unit", text: unitOf(about.tokenizer).loss }), element("span", { class: "spacer" }), zoomOut, axis.group),
    element("div", { class: "loss-frame" }, curves, cursor, tooltip), caption, spoken, createLadderNews(store, run));

  let plot = null;
  linkChart(cursor, store, run, () => plot?.xScale);

  store.watch(CURVE_KEYS, (state) => {
    plot = drawCurves(curves, state, run, about);
    zoomOut.hidden = state.zoom === null;
  });
  store.watch(CURSOR_KEYS, (state) => showCursor({ canvas: cursor, tooltip, spoken, plot, state, run }));
  store.watch(["revision", "depth", "status"], (state) => {
    const sentence = lossCaption(summarise(run, state.rowCount), state, about);
    setText(caption, sentence);
    cursor.setAttribute("aria-label", `${t("Loss over training steps.")} ${sentence}`);
  });
  return { panel };
}

/** Where everything goes this frame (scales, margins, what is in view), with the curves drawn there. */
function drawCurves(canvas, state, run, about) {
  const { context, width, height } = fitCanvas(canvas);
  const { palette } = state;
  const narrow = width < NARROW_PLOT * palette.scale;
  const left = 30 * palette.scale;
  const right = width - (narrow ? 94 : 148) * palette.scale;
  const [top, bottom] = [14, height - 40 * palette.scale];
  const rows = visibleRows(state, run);
  const shownStep = state.rowCount ? run.steps[state.rowCount - 1] : -1;
  const window = stepWindow(state);
  const measured = run.validation.filter((point) => point.step <= shownStep);
  const inView = state.zoom ? measured.filter((point) => point.step >= window[0] && point.step <= window[1]) : measured;
  const domain = lossDomain({ values: run.columns.loss ?? [], ...rows, validation: inView, rungs: run.rungs, zoomed: state.zoom !== null });
  const plot = {
    context, width, height, narrow, left, right, top, bottom, rows, measured, shownStep,
    xScale: makeStepScale(state.stepAxis, window, [left, right]),
    yScale: makeValueScale(domain, [bottom, top]),
  };
  drawGrid(plot, state);
  insidePlot(plot, () => {
    drawRungs(plot, state, run);
    drawMoment(context, plot, state);
    drawTraining(plot, state, run);
    drawValidation(plot, state);
  });
  drawEvents(plot, state, run);
  drawEndLabels(plot, state, run);
  return plot;
}

/** Dots at the frame's edge stay whole; lines do not run into the labels. */
function insidePlot({ context, left, right, top, bottom }, draw) {
  context.save();
  context.beginPath();
  context.rect(left - 6, top - 8, right - left + 12, bottom - top + 9);
  context.clip();
  draw();
  context.restore();
}

function drawGrid(plot, { palette }) {
  const { xScale, yScale: { low, high } } = plot;
  drawAxes(plot, palette, {
    heights: niceTicks(low, high, plot.narrow ? 4 : 6).map((value) => [value, heightText(value, high - low)]),
    places: stepTicks(xScale, 46 * palette.scale).map((step) => [step, String(step)]), name: t("training step"),
  });
}

function drawRungs({ context, left, right, yScale }, { palette }, run) {
  context.strokeStyle = palette.muted;
  context.lineWidth = 1;
  context.setLineDash([2, 4]);
  for (const rung of run.rungs) horizontalLine(context, yScale.toPixel(rung.value), left, right);
  context.setLineDash([]);
}

function drawTraining({ context, rows, xScale, yScale }, { palette }, run) {
  if (!run.columns.loss) return;
  context.save();
  context.globalAlpha = 0.6; // single steps are noise: they stay behind the measured validation
  context.strokeStyle = palette.train;
  context.lineWidth = 1;
  context.lineJoin = "round";
  strokeSeries(context, { steps: run.steps, values: run.columns.loss, ...rows, xScale, yScale });
  context.restore();
}

/** A dot stands at each kept moment of the timeline, and at the newest measurement. */
function drawValidation({ context, measured, xScale, yScale }, { palette, points, selected }) {
  if (!measured.length) return;
  const place = ({ step, value }) => [xScale.toPixel(step), yScale.toPixel(value)];
  context.strokeStyle = palette.validation;
  context.lineWidth = 3;
  context.lineJoin = "round";
  context.beginPath();
  for (const point of measured) context.lineTo(...place(point));
  context.stroke();
  const kept = new Set(points.map((point) => point.step));
  const chosen = points[selected]?.step;
  for (const point of measured) {
    const isChosen = point.step === chosen;
    if (!kept.has(point.step) && point !== measured.at(-1)) continue;
    dot(context, ...place(point), isChosen ? 6 : 4, { fill: palette.validation, stroke: isChosen ? palette.selected : palette.page });
  }
}
