/** A run as its pictures read it: rows appended as they arrive, windows and means of them. */

export const BASELINES = ["uniform", "unigram", "bigram", "trigram"];

export function makeRun({ run: id, steps: lastStep, facts }) {
  const run = { id, lastStep, steps: [], loss: [], validation: [] };
  setFacts(run, facts);
  return run;
}

/** Facts come once the worker has prepared the text; null until then. */
export function setFacts(run, facts) {
  run.facts = facts;
  run.baselines = facts ? BASELINES.filter((name) => name in facts.baselines).map((name) => ({ name, value: facts.baselines[name] })) : [];
  run.trainPerByte = facts ? facts.train_tokens / facts.train_bytes : null;
  run.perByte = facts ? facts.validation_tokens / facts.validation_bytes : null;
}

/** Rows of /api/metrics; a row that is already there (a resumed run repeats none, a retried request may) is skipped. */
export function appendRows(run, { steps, columns }) {
  const none = steps.map(() => null);
  const { loss = none, val_loss: validation = none } = columns;
  const newest = run.steps.at(-1) ?? -1;
  steps.forEach((step, row) => {
    if (step <= newest) return;
    run.steps.push(step);
    run.loss.push(loss[row]);
    if (validation[row] !== null) run.validation.push({ step, value: validation[row] });
  });
}

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

export function nearestRow(run, step) {
  const after = Math.min(run.steps.length - 1, lowerBound(run.steps, step));
  const before = Math.max(0, after - 1);
  return step - run.steps[before] < run.steps[after] - step ? before : after;
}

/** Newest validation measured at or before `step`: between two measurements nothing is known. */
export const validationAt = (run, step) => run.validation.findLast((point) => point.step <= step) ?? null;

/** Mean training loss over the last twentieth of the steps up to `step`, 3 to 50 of them: one batch is a noisy witness,
 *  and steps long ago were a worse model's. */
export function recentTraining(run, step) {
  const end = lowerBound(run.steps, step + 1);
  const window = Math.max(3, Math.min(50, Math.floor(step / 20)));
  const recent = run.loss.slice(Math.max(0, end - window), end).filter((loss) => loss !== null);
  return recent.length ? recent.reduce((sum, loss) => sum + loss, 0) / recent.length : null;
}

/** The first measurement below a baseline, or null. */
export const beatenAt = (run, value) => run.validation.find((point) => point.value < value)?.step ?? null;
