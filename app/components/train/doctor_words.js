/** The sentences of the curve doctor: a finding's kind and figures in, plain words out. */
import { count, fixed, number, percent } from "../kit/format.js";
import { t } from "../kit/words.js";

export function findingTitle(kind) {
  const tooHigh = t("The learning rate is too high");
  const titles = {
    early: t("Too early to judge"), healthy: t("Healthy"), nan: t("The loss is no number any more"),
    stuck: t("It has learned nothing yet"), rising: tooHigh, leaping: tooHigh, wild: tooHigh,
    "rate-too-low": t("The learning rate is too low"), spikes: t("Gradient spikes"), overfitting: t("Overfitting"),
    "text-too-small": t("The text is small for this model"),
  };
  return titles[kind] ?? kind;
}

export function findingText({ kind, figures, change }) {
  return SENTENCES[kind]?.(figures, change) ?? "";
}

/** learning rate 0.004 → 0.001 */
export function changeText({ setting, before, value }) {
  const names = {
    "train.learning_rate": t("learning rate"), "train.grad_clip": t("longest gradient"), "train.steps": t("steps"),
    "model.dropout": t("dropout"), "model.d_model": t("width"),
  };
  return `${names[setting] ?? setting} ${before} → ${value}`;
}

const SENTENCES = {
  early: ({ step, until }) => t("It is at step {step}; its curves can be read from step {until} on.", { step, until }),
  healthy({ step, loss, train, ratio }) {
    if (loss === undefined || train === undefined || ratio === undefined) return t("Nothing to worry about at step {step}.", { step });
    return t("Nothing to worry about at step {step}: validation is at {loss}, training at {train}, and nine of ten updates move the weights by less than {ratio} of their length.", {
      step, loss: fixed(loss), train: fixed(train), ratio: percent(ratio),
    });
  },
  nan: ({ step }) => t("At step {step} the loss became NaN: the updates before it were so long that the numbers left what a computer can hold. The weights before that step are kept. Train again with shorter updates.", { step }),
  stuck({ step, loss, chance }, change) {
    const figures = { step, loss: fixed(loss), chance: fixed(chance) };
    if (change && change.value > change.before) return t("After {step} steps the training loss is {loss}, and knowing nothing costs ln V = {chance}. Its updates may be too short to get anywhere.", figures);
    return t("After {step} steps the training loss is {loss}, and knowing nothing costs ln V = {chance}. Its updates may be so long that each undoes the last.", figures);
  },
  rising: ({ since, lowest, loss }) => t("The training loss was down to {lowest} at step {since} and has risen to {loss}: the updates overshoot.", { since, lowest: fixed(lowest), loss: fixed(loss) }),
  leaping: ({ count: times, since, leap }) => t("After the warm-up the training loss leapt {count} times, first at step {since}, by up to {leap}: the updates overshoot.", { count: times, since, leap: fixed(leap) }),
  wild: ({ ratio, usual, loss }) => t("One update in ten moves the weights by {ratio} of their length or more; the presets stay below {usual}. And at {loss} the training loss is still worse than counting pairs.", { ratio: percent(ratio), usual: percent(usual), loss: fixed(loss) }),
  "rate-too-low": ({ ratio, usual, fall, since }) => t("Nine of ten updates move the weights by less than {ratio} of their length; the presets reach {usual}. Validation fell by {fall} since step {since}: there is more to learn than such short updates reach.", { ratio: percent(ratio), usual: percent(usual), fall: fixed(fall), since }),
  spikes: ({ count: spikes, rows, usual, highest, step }) => t("{spikes} of {rows} gradients are more than five times as long as usual ({usual}); the longest, {highest}, came at step {step}.", { spikes, rows, usual: number(usual), highest: number(highest), step }),
  overfitting: ({ since, best, step, loss, train }) => t("From step {since} to step {step} validation rose from {best} to {loss}, while training fell to {train}: it learns the text by heart.", { since, best: fixed(best), step, loss: fixed(loss), train: fixed(train) }),
  "text-too-small": ({ tokens, parameters, per_parameter: each, ideal, readings }) => t("{tokens} tokens for {parameters} parameters are {each} for each; about {ideal} are best (Hoffmann et al. 2022). The run reads them {readings} times.", {
    tokens: count(tokens), parameters: count(parameters), each: number(each), ideal, readings: number(readings),
  }),
};
