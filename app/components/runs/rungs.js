/** The losses of models that only count, as dashed lines behind the curves: rungs to climb down. */
import { rungName } from "../kit/ladder.js";
import { haloText, horizontalLine, spreadLabels } from "../kit/plot.js";
import { fixed } from "../kit/format.js";

const GAP = 15;

/** A label keeps to that side of its line where fewer of the curves' last points are: `tails` are these in pixels. */
export function drawRungs({ context, left, right, top, bottom, yScale, scale }, { palette }, rungs, tails) {
  const inView = rungs.filter(({ value }) => value >= yScale.low && value <= yScale.high);
  if (yScale.empty || !inView.length) return;
  context.save();
  context.strokeStyle = palette.muted;
  context.globalAlpha = 0.7;
  context.lineWidth = 1;
  context.setLineDash([2, 4]);
  for (const { value } of inView) horizontalLine(context, yScale.toPixel(value), left, right);
  context.restore();
  context.font = palette.smallFont;
  context.textAlign = "right";
  context.textBaseline = "middle";
  const near = (from, to) => tails.filter((place) => place > from && place <= to).length;
  const aside = (y) => (near(y - 1.3 * GAP * scale, y) > near(y, y + 1.3 * GAP * scale) ? 9 : -8);
  const labels = inView.map(({ name, value }) => ({ y: yScale.toPixel(value) + aside(yScale.toPixel(value)) * scale, text: `${rungName(name)} ${fixed(value)}` }));
  for (const { text, placedY } of spreadLabels(labels, GAP * scale, top, bottom - 8)) {
    haloText(context, text, right - 4, placedY, { color: palette.muted, halo: palette.page });
  }
}
