/** What a kept moment of the probe sentence says about one token, and about all. */
import { number } from "../kit/format.js";
import { meanLoss, scored } from "./captions.js";

/** The moment whose step is nearest, of two equally near the later. */
export const nearestPoint = (points, step = Infinity) =>
  points.reduce((best, point) => (Math.abs(point.step - step) <= Math.abs(best.step - step) ? point : best));

/** What is looked at token by token: the chosen moment of the run's sentence, or of a text of one's own. */
export function pointInView({ own, points, selected }) {
  if (!own) return points[selected];
  return points[selected] ? nearestPoint(own.points, points[selected].step) : own.points.at(-1);
}

/** The token in focus: under the pointer, else locked, else the most surprising one; null where nothing was predicted. */
export function focusOf({ hovered, locked }, point) {
  const fits = (position) => position !== null && position < point.tokens.length && point.losses[position] !== null;
  if (fits(hovered)) return hovered;
  if (fits(locked)) return locked;
  const hardest = scored(point).reduce((best, entry) => (best === null || entry.loss > best.loss ? entry : best), null);
  return hardest?.position ?? null;
}

/** What the model expected at a position: [{token, probability, truth, rank}], the true token added if it came later. */
export function expectedAt(point, position) {
  const truth = point.tokens[position];
  const share = Math.exp(-point.losses[position]);
  const rows = point.top[position - 1].map(([token, probability], index) => ({ token, probability, truth: false, rank: index + 1 }));
  const same = rows.findIndex((row) => row.token === truth && Math.abs(row.probability - share) < 0.01);
  if (same >= 0) rows[same] = { ...rows[same], probability: share, truth: true };
  else rows.push({ token: truth, probability: share, truth: true, rank: null });
  return rows;
}

/** "(1.23 + 0.45 + … + 2.10) ÷ 55 = 1.85": the mean with its operands. */
export function meanEquation(point) {
  const all = scored(point).map(({ loss }) => number(loss));
  const shown = all.length > 4 ? [...all.slice(0, 2), "…", all.at(-1)] : all;
  return { operands: shown.join(" + "), count: all.length, mean: number(meanLoss(point)) };
}
