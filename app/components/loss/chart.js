/** The loss over training: training thin, validation thick, what counting alone would reach as dotted lines. */
import { element, segmented, setText } from "../kit/dom.js";
import { number } from "../kit/format.js";
import { rungName, rungShort } from "../kit/ladder.js";
import {
  dot, drawBrush, drawMoment, drawThread, fitCanvas, haloText, horizontalLine, makeStepScale, makeValueScale, niceTicks,
  spreadLabels, stepTicks, strokeSeries, verticalLine,
} from "../kit/plot.js";
import { nearestRow, recentMean, rowsIn, validationAt } from "../kit/series.js";
import { linkHands, stepWindow } from "../kit/step_input.js";
import { t } from "../kit/words.js";
import { cursorSentence, lossCaption, unitName } from "./captions.js";
import { inUnit, offAxis, onAxis, perplexityTicks } from "./units.js";

const READS = ["rows", "zoom", "brush", "cursor", "unit", "axis", "palette", "size", "points", "selected", "status"];
const NARROW = 460;
const LABEL_GAP = 18;

export function createChart(store, run) {
  const canvas = element("canvas", { class: "loss-canvas", tabindex: "0", role: "img" });
  const tooltip = element("div", { class: "tooltip", hidden: true });
  const spoken = element("div", { class: "visually-hidden", aria: { live: "polite" } });
  const caption = element("p", { class: "caption" });
  const whole = element("button", { type: "button", class: "button small", text: t("Show all"), on: { click: () => store.set({ zoom: null }) } });
  const unit = element("span", { class: "unit" });
  const axis = segmented({
    label: t("Step axis"), chosen: store.state.axis, onChoose: (chosen) => store.set({ axis: chosen, zoom: null }),
    choices: [{ value: "log", text: t("log steps") }, { value: "linear", text: t("linear") }],
  });
  const panel = element("section", { class: "chart", aria: { label: t("Loss over training") } },
    element("div", { class: "panel-heading" }, element("h2", { text: t("Loss over training") }), unit,
      element("span", { class: "spacer" }), whole, axis.group),
    element("div", { class: "canvas-frame" }, canvas, tooltip), caption, spoken);

  let plot = null;
  linkHands(canvas, store, {
    steps: run.steps, count: () => run.steps.length, scale: () => plot?.xScale,
    row: () => (store.state.cursor === null ? null : nearestRow(run.steps, run.steps.length, store.state.cursor)),
    read: (row) => store.set({ cursor: row === null ? null : run.steps[row] }),
  });
  store.watch(READS, (state, changed) => {
    plot = layOut(canvas, state, run);
    draw(plot, state, run);
    showTooltip(tooltip, plot, state, run);
    whole.hidden = state.zoom === null;
    setText(unit, state.unit === "perplexity" ? t("perplexity, logarithmic axis") : unitName(state.unit));
    const sentence = lossCaption(run, state.status);
    setText(caption, sentence);
    canvas.setAttribute("aria-label", sentence);
    if (changed.has("cursor")) setText(spoken, state.cursor === null ? "" : cursorSentence(run, state.cursor, state.unit));
  });
  return panel;
}

/** Where everything goes this frame: scales, margins and the rows in view. */
function layOut(canvas, state, run) {
  const { context, width, height } = fitCanvas(canvas);
  const { scale } = state.palette;
  const narrow = width < NARROW * scale;
  const [left, right] = [44 * scale, width - (narrow ? 92 : 150) * scale];
  const [top, bottom] = [14, height - 40 * scale];
  const window = stepWindow(state);
  const xScale = makeStepScale(state.axis, window, [left, right]);
  const { begin, end } = rowsIn(window, run.steps, run.steps.length);
  const heights = run.loss.slice(begin, end).map((loss) => onAxis(loss, state.unit, run.trainPerByte));
  const yScale = makeValueScale(domain(state, run, heights, window), [bottom, top]);
  return { context, width, height, narrow, scale, left, right, top, bottom, xScale, yScale, begin, end, heights };
}

/** Unzoomed, the axis snaps and holds all baselines, so that the frame stays calm while data arrive; zoomed, it hugs. */
function domain(state, run, heights, [first, last]) {
  const place = (nats) => onAxis(nats, state.unit, run.perByte);
  const inView = run.validation.filter(({ step }) => step >= first && step <= last).map(({ value }) => place(value));
  const values = [...heights.filter((value) => value !== null), ...inView].filter(Number.isFinite);
  if (state.zoom && values.length > 1) {
    const [low, high] = extent(values);
    const margin = (high - low || 1) * 0.08;
    return [low - margin, high + margin];
  }
  const [low, high] = extent([...values, ...run.baselines.map((rung) => place(rung.value))]);
  if (!Number.isFinite(low)) return [0, 1];
  return [Math.max(0, Math.floor(low * 2) / 2), Math.ceil(high * 2) / 2];
}

function extent(values) {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

function draw(plot, state, run) {
  drawAxes(plot, state);
  const { context, left, right, top, bottom } = plot;
  context.save();
  context.beginPath();
  context.rect(left - 6, top - 8, right - left + 12, bottom - top + 8);
  context.clip();
  drawBrush(context, plot, state);
  drawBaselines(plot, state, run);
  drawMoment(context, plot, state);
  drawTraining(plot, state, run);
  drawValidation(plot, state, run);
  drawCursor(plot, state, run);
  context.restore();
  drawLabels(plot, state, run);
}

function drawAxes({ context, narrow, scale, left, right, bottom, xScale, yScale }, { palette, unit }) {
  context.font = palette.smallFont;
  context.strokeStyle = palette.hairline;
  context.fillStyle = palette.muted;
  context.lineWidth = 1;
  context.textAlign = "right";
  context.textBaseline = "middle";
  const { low, high } = yScale;
  const ticks = (unit === "perplexity" && perplexityTicks(low, high)) || niceTicks(low, high, narrow ? 4 : 6);
  for (const place of ticks) context.fillText(tickText(offAxis(place, unit), offAxis(high, unit) - offAxis(low, unit), unit), left - 10, yScale.toPixel(place));
  horizontalLine(context, bottom, left, right);
  context.textAlign = "center";
  context.textBaseline = "top";
  for (const step of stepTicks(xScale, 46 * scale)) {
    verticalLine(context, xScale.toPixel(step), bottom, bottom + 4);
    context.fillText(String(step), xScale.toPixel(step), bottom + 7);
  }
  context.textAlign = "right";
  context.fillText(t("training step"), right, bottom + 7 + 15 * scale);
}

function tickText(value, span, unit) {
  if (unit === "perplexity" && span > 3) return String(Math.round(value * 10) / 10);
  return value.toFixed(span < 0.5 ? 2 : 1);
}

function drawBaselines({ context, left, right, yScale }, { palette, unit }, run) {
  context.strokeStyle = palette.muted;
  context.lineWidth = 1;
  context.setLineDash([2, 4]);
  for (const { value } of run.baselines) horizontalLine(context, yScale.toPixel(onAxis(value, unit, run.perByte)), left, right);
  context.setLineDash([]);
}

function drawTraining({ context, begin, end, heights, xScale, yScale }, { palette }, run) {
  context.save();
  context.globalAlpha = 0.6; // single batches are noise: they stay behind the measured validation
  context.strokeStyle = palette.train;
  context.lineWidth = 1;
  context.lineJoin = "round";
  strokeSeries(context, { steps: run.steps.slice(begin, end), values: heights, begin: 0, end: heights.length, xScale, yScale });
  context.restore();
}

function drawValidation({ context, xScale, yScale }, { palette, unit, points, selected }, run) {
  const places = run.validation.map(({ step, value }) => [xScale.toPixel(step), yScale.toPixel(onAxis(value, unit, run.perByte)), step]);
  context.strokeStyle = palette.validation;
  context.lineWidth = 3;
  context.lineJoin = "round";
  context.beginPath();
  for (const [x, y] of places) context.lineTo(x, y);
  context.stroke();
  const moment = points[selected]?.step;
  const crowded = places.length > 60;
  for (const [x, y, step] of places) {
    if (step === moment) dot(context, x, y, 6, { fill: palette.validation, stroke: palette.selected });
    else if (!crowded) dot(context, x, y, 4, { fill: palette.validation, stroke: palette.page });
  }
}

function drawCursor({ context, top, bottom, xScale, yScale }, { palette, cursor, unit }, run) {
  if (cursor === null) return;
  const x = xScale.toPixel(cursor);
  context.strokeStyle = palette.muted;
  context.lineWidth = 1;
  verticalLine(context, x, top, bottom);
  const loss = run.loss[nearestRow(run.steps, run.steps.length, cursor)];
  if (loss !== null) dot(context, x, yScale.toPixel(onAxis(loss, unit, run.trainPerByte)), 3.5, { fill: palette.train, stroke: palette.page });
}

/** Present values and the names of the lines share the right margin and make room for each other. */
function drawLabels(plot, state, run) {
  const { context, scale, top, bottom, right } = plot;
  context.textAlign = "left";
  context.textBaseline = "middle";
  for (const label of spreadLabels([...baselineLabels(plot, state, run), ...curveLabels(plot, state, run)], LABEL_GAP * scale, top, bottom - 4)) {
    if (label.from) drawThread(context, label, right);
    context.font = label.strong ? state.palette.strongFont : state.palette.smallFont;
    haloText(context, label.text, right + 10, label.placedY, { color: label.color, halo: state.palette.page });
  }
}

function baselineLabels({ narrow, yScale }, { palette, unit }, run) {
  return run.baselines
    .map(({ name, value }) => ({ name, value, place: onAxis(value, unit, run.perByte) }))
    .filter(({ place }) => place >= yScale.low && place <= yScale.high)
    .map(({ name, value, place }) => ({
      y: yScale.toPixel(place), color: palette.muted,
      text: `${narrow ? rungShort(name) : rungName(name)} ${number(inUnit(value, unit, run.perByte))}`,
    }));
}

function curveLabels({ narrow, xScale, yScale, right }, { palette, unit }, run) {
  const last = run.steps[run.loss.findLastIndex((loss) => loss !== null)]; // its label is a mean: one batch says little
  const ends = [
    { text: narrow ? t("valid.") : t("validation"), ...run.validation.at(-1), perByte: run.perByte, color: palette.validation },
    { text: t("train"), step: last, value: last === undefined ? null : recentMean(run.steps, run.loss, last), perByte: run.trainPerByte, color: palette.train },
  ];
  return ends.filter(({ value }) => value !== undefined && value !== null).map(({ text, step, value, perByte, color }) => {
    const y = yScale.toPixel(onAxis(value, unit, perByte));
    return { y, text: `${text} ${number(inUnit(value, unit, perByte))}`, color, strong: true, from: { x: xScale.toPixel(step), y } };
  }).filter(({ from, y }) => from.x <= right + 1 && y >= yScale.top - 1 && y <= yScale.bottom + 1);
}

function showTooltip(tooltip, plot, state, run) {
  tooltip.hidden = state.cursor === null || state.brush !== null || !run.steps.length;
  if (tooltip.hidden) return;
  const { unit, cursor: step } = state;
  const loss = run.loss[nearestRow(run.steps, run.steps.length, step)];
  const measured = validationAt(run.validation, step);
  const say = (nats, perByte) => number(inUnit(nats, unit, perByte));
  tooltip.replaceChildren(
    element("div", { class: "muted", text: `${t("step {step}", { step })} · ${unitName(unit)}` }),
    ...(loss === null ? [] : [tooltipRow("train", t("train"), say(loss, run.trainPerByte), choices(loss, unit))]),
    ...(measured ? [tooltipRow("validation", t("validation"), say(measured.value, run.perByte), t("at step {step}", { step: measured.step }))] : []));
  placeBeside(tooltip, plot, plot.xScale.toPixel(step), plot.yScale.toPixel(onAxis(loss ?? measured?.value, unit, run.perByte)));
}

const choices = (loss, unit) => (unit === "perplexity" ? "" : t("≈ {choices} choices", { choices: number(Math.exp(loss)) }));

function tooltipRow(kind, name, value, note) {
  return element("div", { class: "tooltip-row" }, element("span", { class: `swatch ${kind}` }), element("span", { text: name }),
    element("b", { text: value }), element("span", { class: "unit", text: note }));
}

/** The curve falls, so the free corner is above and to the right of the pointer; left of it near the edge. */
function placeBeside(tooltip, plot, x, y) {
  const { offsetWidth: width, offsetHeight: height } = tooltip;
  const left = x + 12 + width <= plot.width ? x + 12 : x - 12 - width;
  const top = y - 14 - height >= 0 ? y - 14 - height : y + 14;
  tooltip.style.transform = `translate(${Math.max(0, left)}px, ${Math.max(0, Math.min(plot.height - height, top))}px)`;
}
