/** Numbers about a run, made from its measured ones: plain values in, plain values out. */
import { beatenAt, recentMean, rungsOf } from "../kit/series.js";

const SPEED_STEPS = 30;
/** A loss above this many times chance leaves the frame, so that one that explodes does not flatten the rest. */
const HIGHEST_OF_CHANCE = 2;
const LOWEST_RUNG_OF_FIRST = 0.45;

/** The rungs of the ladder, each with the first measurement that was better. */
export const ladder = (baselines, validation) =>
  rungsOf(baselines).map((rung) => ({ ...rung, beatenAt: beatenAt(validation, rung.value) }));

export const isReached = (rung, step) => rung.beatenAt !== null && rung.beatenAt <= step;

/** The newest row below `end` in which something was measured, or -1. */
export function newestRow(values, end) {
  let row = end - 1;
  while (row >= 0 && (values[row] ?? null) === null) row -= 1;
  return row;
}

/** Speed over the last steps: all tokens by all seconds, so slow steps count by the time that they took. */
export function recentSpeed(speeds, end, count = SPEED_STEPS) {
  let seconds = 0;
  let found = 0;
  for (let row = end - 1; row >= 0 && row >= end - count; row -= 1) {
    if (!(speeds[row] > 0)) continue;
    seconds += 1 / speeds[row];
    found += 1;
  }
  return found ? found / seconds : null;
}

/** What is still to come at the present speed; null while the speed is unknown. */
export function secondsLeft({ step, steps, tokensPerStep, speed }) {
  return speed > 0 && tokensPerStep > 0 ? ((steps - step) * tokensPerStep) / speed : null;
}

/** Nats per token into bits per UTF-8 byte, the one measure that compares tokenizers fairly. */
export function bitsPerByte(loss, facts) {
  if (loss === null || !facts?.validation_bytes) return null;
  return (loss * facts.validation_tokens) / (Math.LN2 * facts.validation_bytes);
}

/** Ends of the loss axis. The whole run snaps to half nats and holds the ladder: the frame stays calm while rows
 *  arrive. A zoomed window hugs what is in view. */
export function lossDomain({ values, begin, end, validation, rungs, zoomed }) {
  let low = Infinity;
  let high = -Infinity;
  const include = (value) => {
    if ((value ?? null) === null) return; // before the first step no training loss is known
    low = Math.min(low, value);
    high = Math.max(high, value);
  };
  for (let row = begin; row < end; row += 1) include(values[row]);
  validation.forEach((point) => include(point.value));
  if (zoomed && low < high) {
    const margin = (high - low) * 0.08;
    return [low - margin, high + margin];
  }
  rungs.forEach((rung) => include(rung.value));
  if (!rungs.length && Number.isFinite(high)) include(LOWEST_RUNG_OF_FIRST * high); // keeps their room until they are known
  if (low > high) return [0, 5];
  const chance = rungs.find((rung) => rung.name === "uniform")?.value ?? validation[0]?.value;
  if (chance) high = Math.min(high, HIGHEST_OF_CHANCE * chance);
  return [Math.floor(low * 2) / 2, Math.max(Math.ceil(high * 2), Math.floor(low * 2) + 1) / 2];
}

/** Mean surprise of the probe, and the tokens at its two ends. */
export function probeSummary(tokens, losses) {
  const scored = tokens.map((token, position) => ({ token, position, loss: losses[position] ?? null }))
    .filter(({ loss }) => loss !== null);
  if (!scored.length) return null;
  const mean = scored.reduce((sum, { loss }) => sum + loss, 0) / scored.length;
  const hardest = scored.reduce((worst, entry) => (entry.loss > worst.loss ? entry : worst));
  const easiest = scored.reduce((best, entry) => (entry.loss < best.loss ? entry : best));
  return { mean, count: scored.length, hardest, easiest };
}

/** What the curves say at a row; the sentences are made from this. */
export function summarise(run, rowCount) {
  const step = rowCount ? run.steps[rowCount - 1] : -1;
  const measured = run.validation.filter((point) => point.step <= step);
  const newest = measured.at(-1) ?? null;
  const best = measured.reduce((lowest, point) => (!lowest || point.value < lowest.value ? point : lowest), null);
  return {
    step, newest, best,
    train: recentMean(run.steps, run.columns.loss ?? [], newest?.step ?? step),
    rungs: run.rungs.map((rung) => ({ ...rung, reached: isReached(rung, step) })),
  };
}

/** The step that a replay has come to after a share of its time: half by the clock, half by its logarithm, so that
 *  neither the first ten steps nor the last thousand pass in a blink. */
export function replayStep(share, lastStep) {
  if (share >= 1) return lastStep;
  let low = 0;
  let high = lastStep;
  for (let round = 0; round < 40; round += 1) {
    const middle = (low + high) / 2;
    const place = 0.4 * (middle / lastStep) + 0.6 * (Math.log1p(middle) / Math.log1p(lastStep));
    if (place < share) low = middle;
    else high = middle;
  }
  return low;
}

/** True when the first letter with a direction reads from right to left. */
export function readsRightToLeft(text) {
  const letter = /\p{L}/u.exec(text.replace(/<0x[0-9A-F]{2}>/gi, ""))?.[0] ?? "";
  return /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u.test(letter);
}
