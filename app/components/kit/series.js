/** What was measured at ascending steps: places in it, and numbers made from it. Values may be null where nothing was. */

const FEWEST_RECENT = 3;
const MOST_RECENT = 50;

/** The simple models that only count, the weakest first. */
export const BASELINES = ["uniform", "unigram", "bigram", "trigram"];
const PACKERS = ["gzip", "xz"]; // they pack the text; older runs have not measured them

/** Runs that count, by what they count: "4-gram", "5-gram"; null for any other name. */
export const countedBy = (name) => /^(\d)-gram$/.exec(name)?.[1] ?? null;

/** What simple models reach, {name: loss}, as rungs to climb: [{name, value}], the highest loss first. */
export const rungsOf = (baselines) => [...BASELINES, ...PACKERS, ...Object.keys(baselines).filter(countedBy)].filter((name) => Number.isFinite(baselines[name]))
  .map((name) => ({ name, value: baselines[name] })).sort((first, second) => second.value - first.value);

const OVER = ["done", "failed", "stopped"];

/** Whether a run will measure nothing more, unless somebody resumes it. */
export const isOver = (status) => OVER.includes(status?.state);

/** Index of the first entry that is not below `target`, in an ascending list. */
export function lowerBound(ascending, target) {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle] < target) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Index of the entry that is nearest to `step`, among the first `count`. */
export function nearestRow(steps, count, step) {
  const after = Math.min(count - 1, lowerBound(steps, step));
  const before = Math.max(0, after - 1);
  return step - steps[before] < steps[after] - step ? before : after;
}

/** Rows [begin, end) of the first `count` to draw in a window of steps, one beyond each edge: lines run on to the border. */
export function rowsIn([first, last], steps, count) {
  return { begin: Math.max(0, lowerBound(steps, first) - 1), end: Math.min(count, lowerBound(steps, last) + 2) };
}

/** The newest measurement {step, value} at or before `step`, or null: between two of them nothing is known. */
export const validationAt = (validation, step) => validation.findLast((point) => point.step <= step) ?? null;

/** The step of the first measurement below a baseline, or null. Before its first step a model has learned nothing, and
 *  only luck puts it below one. */
export const beatenAt = (validation, baseline) => validation.find(({ step, value }) => step > 0 && value < baseline)?.step ?? null;

/** Mean of what was measured over the last twentieth of the steps up to `step`, 3 to 50 of them; null if nothing was.
 *  One batch is a noisy witness, and steps long ago were a worse model's. */
export function recentMean(steps, values, step) {
  const end = lowerBound(steps, step + 1);
  const window = Math.max(FEWEST_RECENT, Math.min(MOST_RECENT, Math.floor(step / 20)));
  const recent = values.slice(Math.max(0, end - window), end).filter((value) => value !== null);
  return recent.length ? recent.reduce((sum, value) => sum + value, 0) / recent.length : null;
}
