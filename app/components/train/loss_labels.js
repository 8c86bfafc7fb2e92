/** Words inside and beside the loss picture: rungs passed, present values, names of the rungs. */
import { fixed } from "../kit/format.js";
import { rungName, rungPassed, rungShort } from "../kit/ladder.js";
import { dot, drawThread, haloText, spreadLabels, verticalLine } from "../kit/plot.js";
import { lowerBound, recentMean } from "../kit/series.js";
import { t } from "../kit/words.js";
import { isReached, newestRow } from "./measures.js";

const LABEL_GAP = 17;
const EVENT_GAP = 10;
const FARTHEST_WORDS = 48; // a loss that explodes must not carry the words away

/** The measurement that passed a rung is ringed, and its rung says so. */
export function drawEvents(plot, state, run) {
  const { xScale, yScale } = plot;
  const taken = [];
  for (const rung of run.rungs) {
    if (!isReached(rung, plot.shownStep)) continue;
    const lower = run.rungs.some((other) => other.beatenAt === rung.beatenAt && other.value < rung.value);
    if (lower) continue; // one measurement may pass several rungs at once: the lowest says it all
    const inView = rung.beatenAt > (state.firstStep ?? 0) && rung.beatenAt >= xScale.firstStep && rung.beatenAt <= xScale.lastStep
      && rung.value >= yScale.low && rung.value <= yScale.high;
    if (inView) drawEvent(plot, state, run, rung, taken);
  }
}

/** Words that would lie on others are left out: the ring is there, and the rung's own name has its tick. */
function drawEvent(plot, state, run, rung, taken) {
  const { context, xScale, yScale, bottom, measured } = plot;
  const { palette } = state;
  const x = xScale.toPixel(rung.beatenAt);
  const measuredY = Math.min(bottom, yScale.toPixel(measured.find((point) => point.step === rung.beatenAt).value));
  context.strokeStyle = palette.ink;
  context.lineWidth = 1;
  verticalLine(context, x, yScale.toPixel(rung.value), measuredY);
  dot(context, x, measuredY, 5, { fill: palette.page, stroke: palette.validation, width: 2.5 });
  context.font = palette.smallFont;
  context.textAlign = "left";
  context.textBaseline = "alphabetic";
  const when = t("step {step}", { step: rung.beatenAt });
  const text = plot.narrow ? when : t("{when}: {what}", { when, what: rungPassed(rung.name) });
  const { width } = context.measureText(text);
  const place = placeEvent(plot, state, run, rung, width);
  const overlaps = (box) => place.x < box.right && place.x + width > box.x && Math.abs(place.y - box.y) < 14 * palette.scale;
  if (!place || taken.some(overlaps)) return;
  taken.push({ x: place.x, right: place.x + width, y: place.y });
  haloText(context, text, place.x, place.y, { color: palette.ink, halo: palette.page });
}

/** Right of the crossing the curve has left the rung, so the words stand on it; without room there they hang below
 *  the rung further left, where the curve is still above it. */
function placeEvent({ xScale, yScale, left, right }, state, run, rung, width) {
  const rungY = yScale.toPixel(rung.value);
  const crossing = xScale.toPixel(rung.beatenAt);
  const start = crossing + EVENT_GAP;
  if (start + width <= right) {
    const top = curveTop({ xScale, yScale }, state, run, start, start + width);
    return { x: start, y: (rungY - top > FARTHEST_WORDS ? rungY : Math.min(rungY, top)) - 6 };
  }
  const losses = run.columns.loss ?? [];
  const firstDip = losses.findIndex((loss) => loss !== null && loss < rung.value);
  const end = Math.min(crossing, xScale.toPixel(run.steps[Math.max(0, firstDip)])) - EVENT_GAP;
  return end - width < left ? null : { x: end - width, y: rungY + 15 * state.palette.scale };
}

/** Highest pixel that the training curve reaches between two pixel columns. */
function curveTop({ xScale, yScale }, state, run, startPixel, endPixel) {
  const losses = run.columns.loss ?? [];
  const first = lowerBound(run.steps, xScale.toStep(startPixel));
  const last = Math.min(state.rowCount, lowerBound(run.steps, xScale.toStep(endPixel)) + 1);
  let highest = -Infinity;
  for (let row = first; row < last; row += 1) if (losses[row] !== null) highest = Math.max(highest, losses[row]);
  return yScale.toPixel(Math.min(highest, yScale.high));
}

/** Present values and rung names share the right margin and make room for each other. */
export function drawEndLabels(plot, state, run) {
  const { context, top, bottom, right } = plot;
  const { palette } = state;
  const labels = [...rungLabels(plot, state, run), ...curveLabels(plot, state, run)];
  context.textAlign = "left";
  context.textBaseline = "middle";
  for (const label of spreadLabels(labels, LABEL_GAP * palette.scale, top, bottom - 4)) {
    if (label.from) drawThread(context, label, right);
    context.font = label.strong ? palette.strongFont : palette.smallFont;
    context.fillStyle = label.color;
    context.fillText(label.text, right + 12, label.placedY);
  }
}

function rungLabels({ yScale, narrow, shownStep }, { palette }, run) {
  return run.rungs
    .filter((rung) => rung.value >= yScale.low && rung.value <= yScale.high)
    .map((rung) => ({
      y: yScale.toPixel(rung.value), color: palette.muted,
      text: `${narrow ? rungShort(rung.name) : rungName(rung.name)} ${fixed(rung.value)}${!narrow && isReached(rung, shownStep) ? " ✓" : ""}`,
    }));
}

function curveLabels({ xScale, yScale, measured, narrow }, { palette, rowCount }, run) {
  const label = (name, { step, value }, color) => {
    const y = Math.max(yScale.top, yScale.toPixel(value)); // what has left the frame is named at its edge
    return { y, text: `${name} ${fixed(value)}${value > yScale.high ? " ↑" : ""}`, color, strong: true, from: { x: xScale.toPixel(step), y } };
  };
  const labels = [];
  if (measured.length) labels.push(label(narrow ? t("valid.") : t("validation"), measured.at(-1), palette.validation));
  const losses = run.columns.loss ?? [];
  const step = run.steps[newestRow(losses, rowCount)]; // its label is a mean: one batch says little
  if (step !== undefined) labels.push(label(t("train"), { step, value: recentMean(run.steps, losses, step) }, palette.train));
  return labels.filter(({ from, y }) => from.x >= xScale.left - 1 && from.x <= xScale.right + 1 && y <= yScale.bottom + 1);
}
