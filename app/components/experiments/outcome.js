/** What came of an experiment, from the measured losses alone. */

const SAME = 0.05; // nats per token: less may be chance
const LEAK = 0.3; // nats below the whole model: no part that is left out gives that
const CLIMB = 0.1; // of the way from counting letters to the whole model: less is no learning

/** "same", "worse", "nothing", or "leak" where the break can let the answer through (`leaks`). `broken` is null where
 *  the loss was no longer a number. */
export function outcomeOf(whole, broken, unigram, leaks) {
  if (broken === null || !Number.isFinite(broken)) return "nothing";
  if (leaks && broken < whole - LEAK) return "leak";
  if (broken <= whole + SAME) return "same";
  const climbed = unigram - whole > SAME ? (unigram - broken) / (unigram - whole) : 1;
  return climbed < CLIMB ? "nothing" : "worse";
}

/** The rung just above and the rung just below a loss: {above, below}, null where there is none. */
export function ladderPlace(loss, rungs) {
  const above = rungs.filter(({ value }) => value > loss).sort((one, other) => one.value - other.value)[0] ?? null;
  const below = rungs.filter(({ value }) => value <= loss).sort((one, other) => other.value - one.value)[0] ?? null;
  return { above, below };
}

/** The first measurement of a line at or below a loss, or null: {at, x, step}. */
export function reachedAt({ xs, ys, steps }, loss) {
  const at = ys.findIndex((value) => value <= loss);
  return at < 0 ? null : { at, x: xs[at], step: steps[at] };
}

/** How much sooner `line` came to the loss of `base` at its end: {goal, step, of, steps, seconds}, the last two as
 *  ratios; null if it never did. Lines are {ys, steps, seconds}, `seconds` the training time of each measurement.
 *
 *  The very last loss is measured on the whole validation text and the others on one sample of it, so the goal is the
 *  last one on the sample: like is compared with like. */
export function timesSooner(line, base, over = true) {
  const last = base.ys.length - 2;
  const sampled = over ? line.ys.slice(0, -1) : line.ys;
  const there = last < 1 ? null : reachedAt({ xs: line.seconds, ys: sampled, steps: line.steps }, base.ys[last]);
  if (!there || !there.step) return null;
  return { goal: base.ys[last], step: there.step, of: base.steps[last], steps: base.steps[last] / there.step, seconds: base.seconds[last] / there.x };
}

/** The share of a text that is its most frequent character: 1 for "aaaa", about 0.17 for prose. */
export function monotony(text) {
  const counts = new Map();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  return text.length ? Math.max(...counts.values()) / [...text].length : 0;
}
