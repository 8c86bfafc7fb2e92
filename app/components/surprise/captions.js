/** The names and sentences of this section, each from the numbers in view. */
import { fixed, number, percent } from "../kit/format.js";
import { isByte, quotedToken, visibleToken, wordAround } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { together } from "./pieces.js";
import { figuresOf, ordered, tokensOfHalf } from "./reading.js";

export const inUnit = (nats, unit) => (unit === "bits" ? nats / Math.LN2 : nats);
export const unitName = (unit) => (unit === "bits" ? t("bits") : t("nats"));

/** Signed, as a change is: "+0.52". */
export const signed = (value, unit) => (value > 0 ? "+" : "") + fixed(inUnit(value, unit));

/** What is now and what lies beside it, as short names. */
export function nameOf(reading, { run, runName, lastStep, otherName, then }) {
  const step = t("step {step}", { step: reading.step });
  if (reading.run === run && !lastStep) return runName; // a pretrained one has no steps
  if (reading.run === run) return then && then.run !== run ? t("this run, step {step}", { step: reading.step }) : step;
  return reading.step ? `${otherName ?? reading.run}, ${step}` : otherName ?? reading.run;
}

/** A token in a sentence, with the word that it stands in. */
export function placed(reading, position) {
  const token = quotedToken(reading.tokens[position]);
  const word = isByte(reading.tokens[position]) ? "" : wordAround(reading.tokens, position);
  return word ? t("{token} in “{word}”", { token, word }) : token;
}

export const pieceText = (reading, [from, to]) => reading.tokens.slice(from, to).map(visibleToken).join("");

/** What the coloured text says. */
export function caption(state) {
  const sentence = captionOf(state);
  return sentence.slice(0, 1).toUpperCase() + sentence.slice(1); // it may begin with the name of a step
}

function captionOf(state) {
  const { now, then, laid, colour } = state;
  if (colour === "change" && then) return changeCaption(state);
  const figures = figuresOf(now);
  if (!figures) return t("One token alone has nothing to predict it from.");
  const half = tokensOfHalf(now);
  const hardest = ordered(now, (position) => now.losses[position])[0];
  const first = t("Half of the whole loss lies in {half} of the {count} tokens. It was most surprised by {hardest}, to which it gave {share}.",
    { half, count: figures.tokens, hardest: placed(now, hardest), share: percent(Math.exp(-now.losses[hardest])) });
  return laid && then.step !== now.step && then.run === now.run ? `${first} ${t("At {other} the same text cost {loss} nats a token more.", { other: nameOf(then, state), loss: fixed(meanOf(then) - figures.loss) })}` : first;
}

const meanOf = (reading) => figuresOf(reading).loss;

function changeCaption(state) {
  const { now, then, laid } = state;
  const other = nameOf(then, state);
  if (!laid) return t("The tokens of {other} do not spell this text as it stands, so there is nothing to lay over each other; the figures above hold for the whole.", { other });
  const known = laid.pieces.filter(({ change }) => change !== null);
  if (!known.length) return t("One token alone has nothing to predict it from.");
  const better = known.filter(({ change }) => change > 0).length;
  const worse = known.filter(({ change }) => change < 0).length;
  const { nowLoss, thenLoss } = together(laid, now);
  const values = { name: nameOf(now, state), other, better, worse, count: known.length, nats: number(Math.abs(thenLoss - nowLoss)) };
  const whole = nowLoss <= thenLoss ? t("All in all {name} saves {nats} nats.", values) : t("All in all {name} pays {nats} nats more.", values);
  const counted = laid.same ? t("{name} foresaw {better} of {count} tokens better than {other}, and {worse} worse.", values)
    : t("The two cut the text differently. Over the pieces that begin and end at cuts of both, {name} foresaw {better} of {count} better than {other}, and {worse} worse; a piece’s loss is spread over its characters.", values);
  return `${counted} ${whole}`;
}
