/** The loss over training: training thin, validation thick, what counting alone would reach as dotted lines. */
import { element, segmented, setText } from "../kit/dom.js";
import { number } from "../kit/format.js";
import { rungName, rungShort } from "../kit/ladder.js";
import {
  dot, drawAxes, drawBrush, drawMoment, drawThread, fitCanvas, haloText, heightText, horizontalLine, makeStepScale,
  makeValueScale, niceTicks, spreadLabels, stepTicks, strokeSeries, verticalLine,
} from "../kit/plot.js";
import { nearestRow, rowsIn, validationAt } from "../kit/series.js";
import { linkHands, stepWindow } from "../kit/step_input.js";
import { t } from "../kit/words.js";
import { cursorSentence, lossCaption, unitName } from "./captions.js";
import { createSecond, secondWords } from "./second.js";
import { KINDS, SIZES, createSmoother, smoothingWords } from "./smoothing.js";
import { heightOf, inUnit, logTicks, offAxis, onAxis } from "./units.js";

const READS = ["rows", "zoom", "brush", "cursor", "unit", "axis", "height", "smooth", "span", "second", "secondRows", "palette", "size", "points", "selected", "status"];
const NARROW = 460;
const LABEL_GAP = 18;

export function createChart(store, run, { base, others, beside }) {
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
  const height = segmented({
    label: t("Loss axis"), chosen: heightOf(store.state), onChoose: (chosen) => store.set({ height: chosen, zoom: null }),
    choices: [{ value: "linear", text: t("linear") }, { value: "log", text: t("log loss") }],
  });
  const second = createSecond(store, { base, others, chosen: beside });
  const smoothing = createSmoothing(store);
  const smoothed = createSmoother(run);
  const drawn = element("p", { class: "note" });
  const panel = element("section", { class: "chart", aria: { label: t("Loss over training") } },
    element("div", { class: "panel-heading" }, element("h2", { text: t("Loss over training") }), unit, element("span", { class: "spacer" }), whole),
    element("div", { class: "chart-choices" }, axis.group, height.group, smoothing.box, second.select),
    element("div", { class: "canvas-frame" }, canvas, tooltip), caption, drawn, spoken);

  let plot = null;
  linkHands(canvas, store, {
    steps: run.steps, count: () => run.steps.length, scale: () => plot?.xScale,
    row: () => (store.state.cursor === null ? null : nearestRow(run.steps, run.steps.length, store.state.cursor)),
    read: (row) => store.set({ cursor: row === null ? null : run.steps[row] }),
  });
  store.watch(READS, (state, changed) => {
    plot = layOut(canvas, state, run, smoothed(state));
    draw(plot, state, run);
    showTooltip(tooltip, plot, state, run);
    whole.hidden = state.zoom === null;
    setText(unit, heightOf(state) === "log" ? t("{unit}, logarithmic axis", { unit: unitName(state.unit) }) : unitName(state.unit));
    height.show(heightOf(state));
    const measured = t("Validation: a sample of its text at each point, all of it at the last.");
    setText(drawn, [smoothingWords(state), measured, secondWords(run, state.second, state.unit)].filter(Boolean).join(" "));
    const sentence = lossCaption(run, state.status);
    setText(caption, sentence);
    canvas.setAttribute("aria-label", sentence);
    if (changed.has("cursor")) setText(spoken, state.cursor === null ? "" : cursorSentence(run, state.cursor, state.unit));
  });
  return { panel, stop: second.stop };
}

/** Which calmer line is drawn through the batches, and over how many. */
function createSmoothing(store) {
  const names = { off: t("raw"), mean: t("mean"), median: t("median") };
  const kind = segmented({
    label: t("Smoothing of the training loss"), chosen: store.state.smooth, onChoose: (smooth) => store.set({ smooth }),
    choices: KINDS.map((value) => ({ value, text: names[value] })),
  });
  const span = element("select", { class: "beside narrow", on: { change: () => store.set({ span: Number(span.value) }) } },
    SIZES.map((size) => element("option", { value: size, text: String(size) })));
  const words = element("span", { class: "note" });
  const label = element("label", { class: "span-choice" }, words, span);
  store.watch(["smooth", "span"], ({ smooth, span: chosen }) => {
    label.hidden = smooth === "off";
    setText(words, smooth === "mean" ? t("half-life, steps") : t("window, batches"));
    span.value = String(chosen);
  });
  return { box: element("div", { class: "smoothing" }, kind.group, label) };
}

/** Where everything goes this frame: scales, margins and the rows in view. */
function layOut(canvas, state, run, smoothed) {
  const { context, width, height } = fitCanvas(canvas);
  const { scale } = state.palette;
  const narrow = width < NARROW * scale;
  const [left, right] = [44 * scale, width - (narrow ? 92 : 150) * scale];
  const [top, bottom] = [14, height - 40 * scale];
  const window = stepWindow(state.second ? { ...state, firstStep: 0 } : state);
  const xScale = makeStepScale(state.axis, window, [left, right]);
  const { begin, end } = rowsIn(window, run.steps, run.steps.length);
  const kind = heightOf(state);
  const place = (nats, perByte) => onAxis(nats, state.unit, perByte, kind);
  const heightsOf = (values) => values.slice(begin, end).map((loss) => place(loss, run.trainPerByte));
  const heights = heightsOf(run.loss);
  const yScale = makeValueScale(domain(state, run, heights, window, place), [bottom, top]);
  return { context, canvas, width, height, narrow, scale, left, right, top, bottom, xScale, yScale, begin, end, heights, smoothed, calm: smoothed && heightsOf(smoothed), kind, place };
}

/** Unzoomed, the axis snaps and holds all baselines, so that the frame stays calm while data arrive; zoomed, it hugs. */
function domain(state, run, heights, [first, last], place) {
  const inView = [run, state.second].filter(Boolean)
    .flatMap(({ validation, perByte }) => validation.filter(({ step }) => step >= first && step <= last).map(({ value }) => place(value, perByte)));
  const values = [...heights.filter((value) => value !== null), ...inView.filter((value) => value !== null)].filter(Number.isFinite);
  if (state.zoom && values.length > 1) {
    const [low, high] = extent(values);
    const margin = (high - low || 1) * 0.08;
    return [low - margin, high + margin];
  }
  const [low, high] = extent([...values, ...run.baselines.map((rung) => place(rung.value, run.perByte)).filter((value) => value !== null)]);
  if (!Number.isFinite(low)) return [0, 1];
  const grid = state.unit === "perplexity" && heightOf(state) === "linear" ? 5 : 0.5;
  const least = Math.floor(low / grid) * grid;
  return [heightOf(state) === "log" ? least : Math.max(0, least), Math.ceil(high / grid) * grid];
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
  drawGrid(plot, state);
  const { context, left, right, top, bottom } = plot;
  context.save();
  context.beginPath();
  context.rect(left - 6, top - 8, right - left + 12, bottom - top + 8);
  context.clip();
  drawBrush(context, plot, state);
  drawBaselines(plot, state, run);
  drawMoment(context, plot, state);
  drawTraining(plot, state, run);
  if (state.second) drawSecond(plot, state);
  drawValidation(plot, state, run);
  drawCursor(plot, state, run);
  context.restore();
  drawLabels(plot, state, run);
}

function drawGrid(plot, { palette }) {
  const { narrow, scale, xScale, yScale: { low, high }, kind } = plot;
  const round = kind === "log" && logTicks(low, high, narrow ? 6 : 9);
  const span = offAxis(high, kind) - offAxis(low, kind);
  const written = (value) => (round ? String(Number(value.toPrecision(2))) : heightText(value, span));
  drawAxes(plot, palette, {
    heights: (round || niceTicks(low, high, narrow ? 4 : 6)).map((place) => [place, written(offAxis(place, kind))]),
    places: stepTicks(xScale, 46 * scale).map((step) => [step, String(step)]), name: t("training step"),
  });
}

function drawBaselines({ context, left, right, yScale, place }, { palette }, run) {
  context.strokeStyle = palette.muted;
  context.lineWidth = 1;
  context.setLineDash([2, 4]);
  for (const { value } of run.baselines) horizontalLine(context, yScale.toPixel(place(value, run.perByte)), left, right);
  context.setLineDash([]);
}

function drawTraining({ context, begin, end, heights, calm, xScale, yScale }, { palette }, run) {
  const steps = run.steps.slice(begin, end);
  const stroke = (values, alpha, width) => {
    context.globalAlpha = alpha;
    context.lineWidth = width;
    strokeSeries(context, { steps, values, begin: 0, end: values.length, xScale, yScale });
  };
  context.save();
  context.strokeStyle = palette.train;
  context.lineJoin = "round";
  stroke(heights, calm ? 0.35 : 0.6, 1); // single batches are noise: they stay behind the measured validation
  if (calm) stroke(calm, 1, 2);
  context.restore();
}

const secondColour = ({ canvas }) => getComputedStyle(canvas).getPropertyValue("--run-1").trim();

function drawSecond(plot, { second, palette }) {
  const { context, xScale, yScale, place } = plot;
  const places = second.validation.map(({ step, value }) => [xScale.toPixel(step), place(value, second.perByte)]).filter(([, at]) => at !== null)
    .map(([x, at]) => [x, yScale.toPixel(at)]);
  context.save();
  context.strokeStyle = secondColour(plot);
  context.lineWidth = 2.5;
  context.setLineDash([8, 4]);
  context.beginPath();
  for (const [x, y] of places) context.lineTo(x, y);
  context.stroke();
  context.setLineDash([]);
  if (places.length <= 60) for (const [x, y] of places) dot(context, x, y, 3, { fill: palette.page, stroke: secondColour(plot), width: 1.5 });
  context.restore();
}

function drawValidation({ context, xScale, yScale, place }, { palette, points, selected }, run) {
  const places = run.validation.map(({ step, value }) => [xScale.toPixel(step), place(value, run.perByte), step]).filter(([, at]) => at !== null)
    .map(([x, at, step]) => [x, yScale.toPixel(at), step]);
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

function drawCursor({ context, top, bottom, xScale, yScale, place }, { palette, cursor }, run) {
  if (cursor === null) return;
  const x = xScale.toPixel(cursor);
  context.strokeStyle = palette.muted;
  context.lineWidth = 1;
  verticalLine(context, x, top, bottom);
  const loss = run.loss[nearestRow(run.steps, run.steps.length, cursor)];
  if (loss !== null) dot(context, x, yScale.toPixel(place(loss, run.trainPerByte)), 3.5, { fill: palette.train, stroke: palette.page });
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

function baselineLabels({ narrow, yScale, place: placeOf }, { palette, unit }, run) {
  return run.baselines
    .map(({ name, value }) => ({ name, value, place: placeOf(value, run.perByte) }))
    .filter(({ place }) => place !== null && place >= yScale.low && place <= yScale.high)
    .map(({ name, value, place }) => ({
      y: yScale.toPixel(place), color: palette.muted,
      text: `${narrow ? rungShort(name) : rungName(name)} ${number(inUnit(value, unit, run.perByte))}`,
    }));
}

function curveLabels(plot, { palette, unit, second }, run) {
  const { narrow, xScale, yScale, right, smoothed, place } = plot;
  const row = run.loss.findLastIndex((loss) => loss !== null);
  const ends = [
    { text: narrow ? t("valid.") : t("validation"), ...run.validation.at(-1), perByte: run.perByte, color: palette.validation },
    { text: t("train"), step: run.steps[row], value: row < 0 ? null : (smoothed ?? run.loss)[row], perByte: run.trainPerByte, color: palette.train },
    ...(second ? [{ text: clipped(second.name, narrow ? 4 : 11), ...second.validation.at(-1), perByte: second.perByte, color: secondColour(plot) }] : []),
  ];
  return ends.filter(({ value, perByte }) => value !== undefined && value !== null && place(value, perByte) !== null).map(({ text, step, value, perByte, color }) => {
    const y = yScale.toPixel(place(value, perByte));
    return { y, text: `${text} ${number(inUnit(value, unit, perByte))}`, color, strong: true, from: { x: xScale.toPixel(step), y } };
  }).filter(({ from, y }) => from.x <= right + 1 && y >= yScale.top - 1 && y <= yScale.bottom + 1);
}

const clipped = (name, most) => (name.length > most ? `${name.slice(0, most - 1)}…` : name);

function showTooltip(tooltip, plot, state, run) {
  tooltip.hidden = state.cursor === null || state.brush !== null || !run.steps.length;
  if (tooltip.hidden) return;
  const { unit, cursor: step, second } = state;
  const row = nearestRow(run.steps, run.steps.length, step);
  const loss = run.loss[row];
  const calm = plot.smoothed?.[row] ?? null;
  const other = second ? validationAt(second.validation, step) : null;
  const measured = validationAt(run.validation, step);
  const say = (nats, perByte) => number(inUnit(nats, unit, perByte));
  tooltip.replaceChildren(
    element("div", { class: "muted", text: `${t("step {step}", { step })} · ${unitName(unit)}` }),
    ...(loss === null ? [] : [tooltipRow("train", t("train"), say(loss, run.trainPerByte), choices(loss, unit))]),
    ...(calm === null ? [] : [tooltipRow("smoothed", state.smooth === "mean" ? t("its mean") : t("its median"), say(calm, run.trainPerByte), "")]),
    ...(measured ? [tooltipRow("validation", t("validation"), say(measured.value, run.perByte), t("at step {step}", { step: measured.step }))] : []),
    ...(other ? [tooltipRow("second", clipped(second.name, 24), say(other.value, second.perByte), t("at step {step}", { step: other.step }))] : []));
  const at = loss === null ? plot.place(measured?.value, run.perByte) : plot.place(loss, run.trainPerByte);
  placeBeside(tooltip, plot, plot.xScale.toPixel(step), plot.yScale.toPixel(at ?? plot.yScale.high));
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
