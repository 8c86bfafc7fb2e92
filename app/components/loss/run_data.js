/** A run as its pictures read it: facts and rows, appended as they arrive. */
import { rungsOf } from "../kit/series.js";

export function makeRun({ run: id, steps: lastStep, facts }) {
  const run = { id, lastStep, steps: [], loss: [], validation: [] };
  setFacts(run, facts);
  return run;
}

/** Facts come once the worker has prepared the text; null until then. */
export function setFacts(run, facts) {
  run.facts = facts;
  run.baselines = facts ? rungsOf(facts.baselines) : [];
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
