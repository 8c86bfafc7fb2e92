/** Canvas drawing shared by all charts: scales, ticks, decimated lines, labels that keep apart. */

/** Match the backing store to the device pixels and draw in CSS pixels from here on. */
export function fitCanvas(canvas) {
  const ratio = window.devicePixelRatio || 1;
  const { clientWidth: width, clientHeight: height } = canvas;
  const pixelWidth = Math.round(width * ratio);
  const pixelHeight = Math.round(height * ratio);
  if (canvas.width !== pixelWidth || canvas.height !== pixelHeight) {
    canvas.width = pixelWidth;
    canvas.height = pixelHeight;
  }
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return { context, width, height };
}

const identity = (value) => value;

/** Step -> pixel. The log axis is log(1 + step), so that step 0 has a place on it. */
export function makeStepScale(kind, [firstStep, lastStep], [left, right]) {
  const warp = kind === "log" ? Math.log1p : identity;
  const unwarp = kind === "log" ? Math.expm1 : identity;
  const start = warp(firstStep);
  const span = warp(lastStep) - start || 1;
  return {
    kind, firstStep, lastStep, left, right,
    toPixel: (step) => left + ((warp(step) - start) / span) * (right - left),
    toStep: (pixel) => unwarp(start + ((pixel - left) / (right - left)) * span),
  };
}

export function makeValueScale([low, high], [bottom, top]) {
  const span = high - low || 1;
  return { low, high, bottom, top, toPixel: (value) => bottom - ((value - low) / span) * (bottom - top) };
}

/** 1, 2 or 5 times a power of ten, about `count` of them between low and high. */
export function niceTicks(low, high, count) {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const size = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough);
  const ticks = [];
  for (let index = Math.ceil(low / size - 1e-9); index * size <= high + size * 1e-9; index += 1) ticks.push(index * size);
  return ticks;
}

const LOG_TICKS = [0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000, 100000];
const SPARSE_LOG_TICKS = [0, 10, 100, 1000, 10000, 100000];

export function stepTicks(scale, pixelsPerTick) {
  const { kind, firstStep, lastStep, left, right } = scale;
  const count = Math.max(2, Math.floor((right - left) / pixelsPerTick));
  const inside = (ticks) => ticks.filter((tick) => tick >= firstStep && tick <= lastStep);
  if (kind === "log") {
    const fine = inside(LOG_TICKS);
    const chosen = fine.length <= count ? fine : inside(SPARSE_LOG_TICKS);
    if (chosen.length >= 3) return chosen;
  }
  return niceTicks(firstStep, lastStep, count).filter(Number.isInteger);
}

/** Draw steps/values[begin, end) so that the cost follows the width, not the number of points:
 *  inside one pixel column only its extremes matter to the eye. */
export function strokeSeries(context, { steps, values, begin, end, xScale, yScale }) {
  let column = null;
  let lowest = 0;
  let highest = 0;
  context.beginPath();
  const flush = () => {
    if (column === null) return;
    context.lineTo(column, yScale.toPixel(highest));
    if (lowest !== highest) context.lineTo(column, yScale.toPixel(lowest));
  };
  let columnEnd = -Infinity; // the step at which the next column begins: most rows need no logarithm
  for (let row = begin; row < end; row += 1) {
    const value = values[row];
    if (value === null) continue;
    if (steps[row] < columnEnd) {
      if (value < lowest) lowest = value;
      if (value > highest) highest = value;
    } else {
      flush();
      column = Math.round(xScale.toPixel(steps[row]) * 2) / 2;
      columnEnd = xScale.toStep(column + 0.25);
      lowest = highest = value;
    }
  }
  flush();
  context.stroke();
}

/** Move labels apart so that none overlap, keeping their order and staying near their line. */
export function spreadLabels(labels, gap, top, bottom) {
  const placed = labels.map((label) => ({ ...label, placedY: label.y })).sort((first, second) => first.y - second.y);
  for (let index = 1; index < placed.length; index += 1) {
    placed[index].placedY = Math.max(placed[index].placedY, placed[index - 1].placedY + gap);
  }
  let limit = bottom;
  for (let index = placed.length - 1; index >= 0; index -= 1) {
    placed[index].placedY = Math.max(top, Math.min(placed[index].placedY, limit));
    limit = placed[index].placedY - gap;
  }
  return placed;
}

export function horizontalLine(context, y, left, right) {
  const crisp = Math.round(y) + 0.5;
  context.beginPath();
  context.moveTo(left, crisp);
  context.lineTo(right, crisp);
  context.stroke();
}

export function verticalLine(context, x, top, bottom) {
  const crisp = Math.round(x) + 0.5;
  context.beginPath();
  context.moveTo(crisp, top);
  context.lineTo(crisp, bottom);
  context.stroke();
}

export function dot(context, x, y, radius, { fill, stroke, width = 2 }) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  if (fill) { context.fillStyle = fill; context.fill(); }
  if (stroke) { context.strokeStyle = stroke; context.lineWidth = width; context.stroke(); }
}

/** Both axes of a chart: `heights` and `places` are [place, text] of their ticks, `name` what the lower one counts;
 *  `across` draws a hairline through the chart at each height. */
export function drawAxes({ context, left, right, bottom, xScale, yScale }, palette, { heights, places, name, across = false }) {
  context.font = palette.smallFont;
  context.strokeStyle = palette.hairline;
  context.fillStyle = palette.muted;
  context.lineWidth = 1;
  horizontalLine(context, bottom, left, right);
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (const [value, text] of heights) {
    if (across) horizontalLine(context, yScale.toPixel(value), left, right);
    context.fillText(text, left - 9, yScale.toPixel(value));
  }
  context.textAlign = "center";
  context.textBaseline = "top";
  for (const [place, text] of places) {
    verticalLine(context, xScale.toPixel(place), bottom, bottom + 4);
    context.fillText(text, xScale.toPixel(place), bottom + 7);
  }
  context.textAlign = "right";
  context.fillText(name, right, bottom + 7 + 15 * palette.scale);
}

/** A loss beside its axis, with as many decimals as neighbours need to differ. */
export function heightText(value, span) {
  if (span > 10) return String(Math.round(value));
  return value.toFixed(span < 0.05 ? 3 : span < 0.5 ? 2 : 1);
}

/** Text with a rim of page colour, legible over lines. */
export function haloText(context, text, x, y, { color, halo }) {
  context.lineJoin = "round";
  context.lineWidth = 5;
  context.strokeStyle = halo;
  context.strokeText(text, x, y);
  context.fillStyle = color;
  context.fillText(text, x, y);
}

/** The steps being dragged over. */
export function drawBrush(context, { top, bottom, xScale }, { brush, palette }) {
  if (!brush) return;
  const [start, end] = brush.map(xScale.toPixel);
  context.save();
  context.globalAlpha = 0.18;
  context.fillStyle = palette.weights;
  context.fillRect(start, top, end - start, bottom - top);
  context.restore();
}

/** While a line still grows, a faint thread ties its end to its label in the right margin. */
export function drawThread(context, { from, placedY, color }, right) {
  context.save();
  context.globalAlpha = 0.45;
  context.strokeStyle = color;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(Math.min(from.x + 6, right), from.y);
  context.lineTo(right, from.y);
  context.lineTo(right + 8, placedY);
  context.stroke();
  context.restore();
}

/** The timeline's moment: the amber line that all pictures of a page share. */
export function drawMoment(context, { top, bottom, xScale }, { palette, points, selected }) {
  if (!points[selected]) return;
  context.strokeStyle = palette.selected;
  context.lineWidth = 2;
  verticalLine(context, xScale.toPixel(points[selected].step), top, bottom);
}
