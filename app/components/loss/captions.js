/** The sentences under the pictures, each computed from the numbers in view. */
import { fixed, number, percent } from "../kit/format.js";
import { rungName } from "../kit/ladder.js";
import { beatenAt, recentMean, validationAt } from "../kit/series.js";
import { isByte, quotedToken, wordAround } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { inUnit } from "./units.js";

/** A gap between validation and training that is worth a word: a twentieth of the loss, and not just noise. */
const GAP_SHARE = 0.05;

export const unitName = (unit) => ({
  nats: t("nats per token"), bits: t("bits per token"), bytes: t("bits per byte"), perplexity: t("perplexity"),
})[unit];

/** What the loss curves say at their newest measurement. */
export function lossCaption(run, status) {
  const newest = run.validation.at(-1);
  if (!newest) return status?.state === "failed" ? status.message : t("No loss yet: the first measurement comes before the first step.");
  return [stands(run, newest), ladder(run, newest), gap(run, newest)].filter(Boolean).join(" ");
}

function stands(run, { step, value }) {
  const words = { step, loss: fixed(value), choices: number(Math.exp(value)) };
  if (!run.facts) return t("At step {step} the validation loss is {loss} nats per token: as unsure as between {choices} equally likely tokens.", words);
  return t("At step {step} the validation loss is {loss} nats per token: as unsure as between {choices} equally likely tokens, out of {vocabulary}.", { ...words, vocabulary: run.facts.vocab_size });
}

function ladder(run, { value }) {
  const passed = run.baselines.filter((rung) => value < rung.value);
  if (!run.baselines.length) return "";
  if (!passed.length) return t("It does not yet beat ln V, which is what knowing nothing costs.");
  const last = passed.at(-1);
  const words = { name: rungName(last.name), loss: fixed(last.value), step: beatenAt(run.validation, last.value) };
  if (last.name === "uniform") return t("It is below the line “{name}” ({loss}) since step {step}.", words);
  return t("It beats a model that only {name} ({loss}) since step {step}.", words);
}

function gap(run, { step, value }) {
  const training = recentMean(run.steps, run.loss, step);
  if (training === null || step < 50) return ""; // before that, training falls faster than it can be averaged
  const difference = value - training;
  if (difference > GAP_SHARE * value) return t("Validation lies {gap} above training, averaged over its last steps: part of what it learned holds only for the training text.", { gap: fixed(difference) });
  if (difference < -GAP_SHARE * value) return t("Validation lies {gap} below training, averaged over its last steps: this part of the text is the easier one.", { gap: fixed(-difference) });
  return t("Training, averaged over its last steps, and validation agree within {gap}: what it learned also holds for text that it has not seen.", { gap: fixed(Math.abs(difference)) });
}

/** The reading under the pointer. */
export function cursorSentence(run, step, unit) {
  const row = run.steps.indexOf(step);
  const validation = validationAt(run.validation, step);
  const parts = [t("step {step}", { step })];
  if (row >= 0 && run.loss[row] !== null) parts.push(t("training {loss}", { loss: number(inUnit(run.loss[row], unit, run.trainPerByte)) }));
  if (validation) parts.push(t("validation {loss} at step {step}", { loss: number(inUnit(validation.value, unit, run.perByte)), step: validation.step }));
  return `${parts.join(", ")} (${unitName(unit)})`;
}

/** [{token, position, loss}] of the tokens that were predicted. */
export const scored = ({ tokens, losses }) =>
  tokens.map((token, position) => ({ token, position, loss: losses[position] })).filter(({ loss }) => loss !== null);

export function meanLoss(point) {
  const all = scored(point);
  return all.length ? all.reduce((sum, { loss }) => sum + loss, 0) / all.length : null;
}

export function sentenceCaption(point, trainedHere = true) {
  const ordered = scored(point).sort((first, second) => first.loss - second.loss);
  if (!ordered.length) return t("One token alone has nothing to predict it from.");
  const describe = ({ token, position, loss }) => {
    const word = isByte(token) ? "" : wordAround(point.tokens, position);
    const share = percent(Math.exp(-loss));
    return word ? t("{token} in “{word}” ({share} expected)", { token: quotedToken(token), word, share }) : t("{token} ({share} expected)", { token: quotedToken(token), share });
  };
  const words = { step: point.step, hardest: describe(ordered.at(-1)), easiest: describe(ordered[0]) };
  if (!trainedHere) return t("It is most surprised by {hardest}, and surest of {easiest}.", words);
  return t("At step {step} it is most surprised by {hardest}, and surest of {easiest}.", words);
}
