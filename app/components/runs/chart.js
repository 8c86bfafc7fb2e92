/** One chart for all chosen runs: a line each, or a band for the seeds of one configuration. */
import { element, segmented, setText } from "../kit/dom.js";
import { fixed } from "../kit/format.js";
import {
  dot, drawAxes, drawBrush, drawThread, fitCanvas, haloText, heightText, makeStepScale, makeValueScale, niceTicks,
  spreadLabels, verticalLine,
} from "../kit/plot.js";
import { t } from "../kit/words.js";
import { axisName, placeText, tickText, ticksOf } from "./axis.js";
import { linkKeys, linkPointer } from "./chart_input.js";
import { drawShape, swatch } from "./marks.js";
import { drawRungs } from "./rungs.js";
import { comparison, fairness, unitWords, withoutEnergy } from "./sentence.js";
import { measuredAt } from "./series.js";

const READS = ["revision", "chosen", "x", "y", "line", "axis", "bands", "zoom", "brush", "cursor", "hovered", "palette", "size"];
const NARROW = 520;
const LABEL_GAP = 18;
const FAINT = 0.22;

/** `scene()` gives {entries, bands} of the present choice, as scene.js makes them, and, where there are losses to climb
 *  down past, {rungs: [{name, value}], ceiling}. `choices` names what the reader may choose above the chart. */
export function createChart(store, scene, { choices = ["line", "y", "x", "axis"] } = {}) {
  const canvas = element("canvas", { class: "compare-canvas", tabindex: "0", role: "img" });
  const tooltip = element("div", { class: "tooltip", hidden: true });
  const spoken = element("div", { class: "visually-hidden", aria: { live: "polite" } });
  const caption = element("p", { class: "caption" });
  const fair = element("p", { class: "fair muted" });
  const whole = element("button", { type: "button", class: "button small", text: t("Show all"), on: { click: () => store.set({ zoom: null }) } });
  const heading = createHeading(store, whole, choices);
  const panel = element("section", { class: "compare", aria: { label: t("Comparison") } },
    heading.node, element("div", { class: "canvas-frame" }, canvas, tooltip), caption, fair, spoken);
  let plot = null;
  const current = () => {
    store.drawNow();
    return plot;
  };
  linkPointer(canvas, store, current);
  linkKeys(canvas, store, current);
  store.watch(READS, (state, changed) => {
    const { entries, bands, groups, rungs = [], ceiling = Infinity } = scene();
    plot = layOut(canvas, state, entries, rungs, ceiling);
    draw(plot, state, entries, bands, rungs);
    showTooltip(tooltip, plot, state, entries);
    heading.show(state, bands);
    whole.hidden = state.zoom === null;
    const sentence = comparison(entries, groups, state.y, state.x);
    setText(caption, sentence);
    setText(fair, [fairness(entries.map(({ row }) => row), state.y), withoutEnergy(entries, state.x)].filter(Boolean).join(" "));
    canvas.setAttribute("aria-label", sentence);
    if (changed.has("cursor")) setText(spoken, state.cursor === null ? "" : cursorSentence(entries, state));
  });
  return panel;
}

function createHeading(store, whole, choices) {
  const group = (key, label, choices) => {
    const made = segmented({ label, chosen: store.state[key], choices, onChoose: (value) => store.set({ [key]: value, zoom: null, cursor: null, ...(key === "y" ? { ownUnit: true } : {}) }) });
    return { key, ...made };
  };
  const groups = [
    group("line", t("Which loss"), [{ value: "validation", text: t("validation") }, { value: "train", text: t("train") }]),
    group("y", t("Unit of the loss"), [{ value: "nats", text: t("nats per token") }, { value: "bytes", text: t("bits per byte") }]),
    group("x", t("Along"), [{ value: "step", text: t("steps") }, { value: "tokens", text: t("tokens") }, { value: "seconds", text: t("seconds") }, { value: "energy", text: t("energy") }]),
    group("axis", t("Axis"), [{ value: "log", text: t("log") }, { value: "linear", text: t("linear") }]),
  ].filter(({ key }) => choices.includes(key));
  const box = element("input", { type: "checkbox", on: { change: () => store.set({ bands: box.checked }) } });
  const seeds = element("label", { class: "check", hidden: true }, box, element("span", { text: t("seeds as a band") }));
  const node = element("div", { class: "panel-heading" }, groups.map((one) => one.group), element("span", { class: "spacer" }), seeds, whole);
  return {
    node,
    show(state, bands) {
      for (const one of groups) one.show(state[one.key]);
      box.checked = state.bands;
      seeds.hidden = !bands.possible;
    },
  };
}

/** Where everything goes this frame; the x axis reaches to the end of the longest run, so that a growing line rescales nothing. */
function layOut(canvas, state, entries, rungs, ceiling) {
  const { context, width, height } = fitCanvas(canvas);
  const { scale } = state.palette;
  const narrow = width < NARROW * scale;
  const [left, right] = [44 * scale, width - (narrow ? 76 : 184) * scale];
  const [top, bottom] = [14, height - 42 * scale];
  const whole = [0, Math.max(1e-9, ...entries.map((entry) => entry.end), ...entries.map((entry) => entry.line.xs.at(-1) ?? 0)) || 1];
  const xScale = makeStepScale(state.axis, state.zoom ?? whole, [left, right]);
  const heights = domain(entries, state.zoom, rungs, ceiling);
  const yScale = { ...makeValueScale(heights ?? [0, 1], [bottom, top]), empty: heights === null };
  const places = [...new Set(entries.flatMap((entry) => entry.line.xs))].sort((one, other) => one - other);
  return { context, width, height, narrow, scale, left, right, top, bottom, xScale, yScale, whole, places };
}

/** From the lowest to the highest value in view, with some air; null where there is none. */
function domain(entries, zoom, rungs, ceiling) {
  let [low, high] = zoom ? [Infinity, -Infinity] : [Math.min(...rungs.map(({ value }) => value)), Math.max(...rungs.map(({ value }) => value))];
  for (const { line } of entries) {
    line.xs.forEach((x, at) => {
      if (zoom && (x < zoom[0] || x > zoom[1])) return;
      low = Math.min(low, line.ys[at]);
      high = Math.max(high, line.ys[at]);
    });
  }
  if (!Number.isFinite(low)) return null;
  if (zoom) return [low - (high - low || 1) * 0.08, high + (high - low || 1) * 0.08];
  if (low >= ceiling) return domain(entries, zoom, rungs, Infinity);
  const top = Math.min(high, ceiling);
  const margin = Math.max(0.05, (top - low) * 0.06);
  return [Math.max(0, low - margin), Math.min(ceiling, top + margin)];
}

function draw(plot, state, entries, bands, rungs) {
  const { context, left, right, top, bottom } = plot;
  drawGrid(plot, state);
  context.save();
  context.beginPath();
  context.rect(left - 6, top - 8, right - left + 12, bottom - top + 8);
  context.clip();
  drawBrush(context, plot, state);
  drawRungs(plot, state, rungs, entries.flatMap(({ line }) => line.ys.slice(-Math.ceil(line.ys.length / 7)).map(plot.yScale.toPixel)));
  const focus = state.hovered !== null && entries.some(({ id }) => id === state.hovered) ? state.hovered : null;
  for (const band of bands.drawn) drawBand(plot, state, band, focus !== null && !band.ids.includes(focus));
  for (const entry of entries) if (!bands.covered.has(entry.id) || entry.id === focus) drawLine(plot, state, entry, focus !== null && entry.id !== focus);
  drawCursor(plot, state, entries.filter(({ id }) => !bands.covered.has(id) || id === focus));
  context.restore();
  drawLabels(plot, state, entries, bands);
}

function drawGrid(plot, { palette, x }) {
  const { narrow, scale, xScale, yScale: { low, high, empty } } = plot;
  drawAxes(plot, palette, {
    heights: empty ? [] : niceTicks(low, high, narrow ? 4 : 6).map((value) => [value, heightText(value, high - low)]), across: true,
    places: ticksOf(xScale, 52 * scale).map((place) => [place, tickText(x, place)]), name: axisName(x),
  });
}

function trace(context, xs, ys, { xScale, yScale }) {
  xs.forEach((x, at) => context.lineTo(xScale.toPixel(x), yScale.toPixel(ys[at])));
}

function drawLine(plot, { palette, line: kind, runColours }, { line, mark }, faint) {
  const { context, xScale, yScale } = plot;
  const colour = runColours[mark.colour];
  context.save();
  context.globalAlpha = faint ? FAINT : 1;
  context.strokeStyle = colour;
  context.lineWidth = 2.25;
  context.lineJoin = "round";
  context.setLineDash(mark.dash);
  context.beginPath();
  trace(context, line.xs, line.ys, plot);
  context.stroke();
  context.setLineDash([]);
  if (kind === "validation") {
    let last = -Infinity;
    line.xs.forEach((x, at) => {
      const pixel = xScale.toPixel(x);
      if (pixel - last < 28 && at < line.xs.length - 1) return;
      last = pixel;
      drawShape(context, mark.shape, pixel, yScale.toPixel(line.ys[at]), 4, { colour, page: palette.page });
    });
  }
  context.restore();
}

function drawBand(plot, { runColours }, { band, mark }, faint) {
  const { context } = plot;
  if (!band.xs.length) return;
  context.save();
  context.fillStyle = runColours[mark.colour];
  context.globalAlpha = faint ? 0.06 : 0.2;
  context.beginPath();
  trace(context, band.xs, band.high, plot);
  trace(context, [...band.xs].reverse(), [...band.low].reverse(), plot);
  context.closePath();
  context.fill();
  context.globalAlpha = faint ? FAINT : 1;
  context.strokeStyle = runColours[mark.colour];
  context.lineWidth = 2.5;
  context.lineJoin = "round";
  context.setLineDash(mark.dash);
  context.beginPath();
  trace(context, band.xs, band.mean, plot);
  context.stroke();
  context.restore();
}

function drawCursor({ context, top, bottom, xScale, yScale }, { palette, cursor, runColours }, entries) {
  if (cursor === null) return;
  context.strokeStyle = palette.muted;
  context.lineWidth = 1;
  verticalLine(context, xScale.toPixel(cursor), top, bottom);
  for (const { line, mark } of entries) {
    const point = measuredAt(line, cursor);
    if (point) dot(context, xScale.toPixel(point.x), yScale.toPixel(point.value), 5, { fill: runColours[mark.colour], stroke: palette.page });
  }
}

/** Every line is named at its end: letter, value, name. */
function drawLabels(plot, state, entries, bands) {
  const { context, narrow, scale, top, bottom, right, width } = plot;
  context.textAlign = "left";
  context.textBaseline = "middle";
  const single = entries.filter(({ id }) => !bands.covered.has(id)).map((entry) => labelOf(plot, state, entry.line.xs, entry.line.ys, entry.mark, entry.mark.letter, entry.row.name));
  const banded = bands.drawn.map(({ band, mark, letters, ids }) => labelOf(plot, state, band.xs, band.mean, mark, letters, t("mean of {count} seeds", { count: ids.length })));
  const most = Math.max(1, Math.floor((bottom - top) / (LABEL_GAP * scale)));
  for (const label of spreadLabels([...single, ...banded].filter(Boolean).slice(0, most), LABEL_GAP * scale, top, bottom - 4)) {
    drawThread(context, label, right);
    context.font = state.palette.strongFont;
    haloText(context, label.strong, right + 12, label.placedY, { color: label.color, halo: state.palette.page });
    if (narrow) continue;
    const from = right + 12 + context.measureText(label.strong).width + 6;
    context.font = state.palette.smallFont;
    haloText(context, fitting(context, label.name, width - from - 2), from, label.placedY, { color: state.palette.muted, halo: state.palette.page });
  }
}

/** What has left the frame is named at its edge. */
function labelOf({ xScale, yScale, right }, { runColours }, xs, ys, mark, letters, name) {
  const at = xs.findLastIndex((x) => xScale.toPixel(x) <= right + 1);
  if (at < 0) return null;
  const y = Math.max(yScale.top, yScale.toPixel(ys[at]));
  return { y, from: { x: xScale.toPixel(xs[at]), y }, strong: `${letters} ${fixed(ys[at])}${ys[at] > yScale.high ? " ↑" : ""}`, name, color: runColours[mark.colour] };
}

function fitting(context, text, room) {
  if (context.measureText(text).width <= room) return text;
  let length = text.length;
  while (length > 1 && context.measureText(`${text.slice(0, length)}…`).width > room) length -= 1;
  return length > 1 ? `${text.slice(0, length)}…` : "";
}

function readingsAt(entries, cursor) {
  return entries.map((entry) => ({ ...entry, point: measuredAt(entry.line, cursor) })).filter(({ point }) => point).sort((one, other) => one.point.value - other.point.value);
}

function cursorSentence(entries, { cursor, x, y }) {
  const values = readingsAt(entries, cursor).map(({ mark, point }) => `${mark.letter} ${fixed(point.value)}`);
  return `${placeText(x, cursor)}: ${values.join(", ")} ${unitWords(y)}`;
}

function showTooltip(tooltip, plot, { cursor, brush, x, y }, entries) {
  const readings = cursor === null || brush ? [] : readingsAt(entries, cursor);
  tooltip.hidden = !readings.length;
  if (tooltip.hidden) return;
  tooltip.replaceChildren(element("div", { class: "muted", text: `${placeText(x, cursor)} · ${unitWords(y)}` }),
    ...readings.map(({ mark, row, point }) => element("div", { class: "tooltip-row" }, swatch(mark), element("b", { text: mark.letter }),
      element("b", { text: fixed(point.value, 3) }), element("span", { class: "tooltip-name muted", text: row.name }))));
  const { offsetWidth: width, offsetHeight: height } = tooltip;
  const at = plot.xScale.toPixel(cursor);
  const left = at + 14 + width <= plot.width ? at + 14 : at - 14 - width;
  tooltip.style.transform = `translate(${Math.max(0, left)}px, ${Math.max(0, Math.min(plot.height - height, plot.top + 4))}px)`;
}
