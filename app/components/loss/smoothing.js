/** A calmer line through noisy batches. Each kind says what it is; none shifts the newest value in silence. */
import { t } from "../kit/words.js";

export const KINDS = ["off", "mean", "median"];
export const SIZES = [5, 20, 100, 500];

/** The mean of the batches up to each step, each weighing half as much `halfLife` steps later. The weights are divided by
 *  their sum, so that the beginning leans on nothing (the correction of Adam: Kingma and Ba 2015, section 3). */
export function exponentialMean(steps, values, halfLife) {
  let [sum, weight, last] = [0, 0, null];
  return values.map((value, row) => {
    if (value === null) return null;
    const kept = last === null ? 0 : 0.5 ** ((steps[row] - last) / halfLife);
    sum = sum * kept + value;
    weight = weight * kept + 1;
    last = steps[row];
    return sum / weight;
  });
}

/** The median of the `window` batches around each; towards both ends of as many as there are. */
export function runningMedian(values, window) {
  const measured = values.flatMap((value, row) => (value === null ? [] : [row]));
  const half = Math.floor(window / 2);
  const sorted = [];
  const placeOf = (value) => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle] < value) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const found = values.map(() => null);
  let end = 0;
  measured.forEach((row, at) => {
    for (; end < Math.min(measured.length, at + half + 1); end += 1) sorted.splice(placeOf(values[measured[end]]), 0, values[measured[end]]);
    if (at > half) sorted.splice(placeOf(values[measured[at - half - 1]]), 1);
    found[row] = (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
  });
  return found;
}

/** The smoothed line of a run, worked out once for as many rows as there are; null where nothing is smoothed. */
export function createSmoother(run) {
  let made = "";
  let line = null;
  return ({ smooth, span }) => {
    const wanted = `${smooth} ${span} ${run.steps.length}`;
    if (made !== wanted) {
      made = wanted;
      line = smooth === "mean" ? exponentialMean(run.steps, run.loss, span) : smooth === "median" ? runningMedian(run.loss, span) : null;
    }
    return line;
  };
}

/** What is drawn, and what the last value stands for. */
export function smoothingWords({ smooth, span }) {
  if (smooth === "off") return t("Training: the loss of each batch as it was; its label is the last one.");
  if (smooth === "mean") return t("Training, thin: the loss of each batch; thick: their exponential mean up to there, half-life {span} steps, corrected at the start. Its label is the last such mean, which lags a falling curve by about {lag} steps.", { span, lag: Math.round(span / Math.LN2) });
  return t("Training, thin: the loss of each batch; thick: the median of the {span} batches around it, at both ends of fewer. Its label is the median of the last {half}.", { span, half: Math.floor(span / 2) + 1 });
}
