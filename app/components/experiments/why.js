/** Why it came as it did: a sentence for each break and outcome, with the figures of these very runs. */
import { fixed, number, percent } from "../kit/format.js";
import { rungName } from "../kit/ladder.js";
import { t } from "../kit/words.js";
import { inARow } from "../runs/sentence.js";
import { ladderPlace, monotony } from "./outcome.js";

const MONOTONE = 0.4; // prose comes to 0.17 or so

const quoted = (rung) => (rung ? `“${rungName(rung.name)}”` : "");

/** Where a loss stands among the models that only count. */
export function placeSentence(loss, rungs) {
  const { above, below } = ladderPlace(loss, rungs);
  const words = { loss: number(loss), above: quoted(above), high: fixed(above?.value), below: quoted(below), low: fixed(below?.value) };
  if (above && below) return t("{loss} lies between {above} ({high}) and {below} ({low}).", words);
  if (above) return t("{loss} lies below {above} ({high}), the best of the models that only count.", words);
  return below ? t("{loss} lies above {below} ({low}): blind guessing does better.", words) : "";
}

/** `figures`: {whole, broken, rungs, sample, layers, width, rate, step, message} */
export function whyOf(what, outcome, figures) {
  return ({ mask: whyMask, positions: whyPositions, residual: whyResidual, scale: whyScale, norm: whyNorm, steep: whySteep, rate: whyRate })[what](outcome, figures);
}

function whyMask(outcome, { broken, sample }) {
  if (outcome !== "leak") return t("It has not found the leak yet: to copy the next token, its attention must first learn to look there. Train it longer.");
  const sure = percent(Math.exp(-broken));
  const share = monotony(sample);
  const words = share > MONOTONE ? t("Its own text consists by {share} of one single character.", { share: percent(share) }) : "";
  return inARow(t("No one can foresee text like that: on average it gives the true token {sure}. It does not guess, it reads: each token looks at the next one, which is the answer, and copies it.", { sure }),
    t("When it writes, there is no next token to copy, and it has learned nothing else."), words);
}

function whyPositions(outcome, { rungs }) {
  const bigram = rungs.find(({ name }) => name === "bigram");
  if (outcome === "same") return t("Here it makes no difference: either the order hardly matters in this text, or the run is too short for it to show.");
  const ladder = bigram ? t("It knows the present token, so it can do what pairs of letters can (bigram {value}).", { value: fixed(bigram.value) }) : "";
  return inARow(t("Attention without positions sees what came before as a heap: “th” and “ht” are alike to it."), ladder,
    t("What it gains beyond that comes from which letters lie in the heap, and from the mask, which gives away a little: an early token sees few others, a late one many (Haviv et al. 2022)."));
}

function whyResidual(outcome, { layers, rungs }) {
  const unigram = rungs.find(({ name }) => name === "unigram");
  if (outcome === "same") return t("At this depth it gets by without: {layers} blocks are few enough to hand everything on anew.", { layers });
  const stuck = outcome === "nothing" && unigram ? t("All that is left to learn is how common each letter is: {value}.", { value: fixed(unigram.value) }) : "";
  return inARow(t("Each block now hands on only what its attention mixed: an average over the tokens before. After {layers} averages of averages all places look nearly alike, and which token stood where is lost (Dong et al. 2021).", { layers }), stuck);
}

function whyScale(outcome, { width, whole, broken }) {
  const root = String(Number(Math.sqrt(width).toFixed(1)));
  const sharp = t("Heads here are {width} numbers wide, so scores are √{width} = {root} times as large, and softmax has favourites before anything is learned.", { width, root });
  if (outcome === "same") return inARow(sharp, t("Training mends that by shorter queries and keys, so it hardly matters at this size. The wider the heads, the more it does."));
  return inARow(sharp, t("What gets almost no weight gets almost no gradient: that costs {gap} nats here, and more where heads are wider.", { gap: fixed(broken - whole) }));
}

function whyNorm(outcome, { layers, rate, whole, broken }) {
  if (outcome === "same") {
    const gain = whole - broken;
    const better = gain > 0.03 ? t("It even ends {gap} nats lower: here the norms cost more than they gave.", { gap: fixed(gain) }) : "";
    return inARow(t("Norms are a safety belt. With {layers} blocks and a learning rate of {rate} nothing ran away, so nothing was lost without them.", { layers, rate }), better,
      t("Try “No norms, larger steps” next."));
  }
  return t("Nothing brings the vectors to one length any more: each block reads whatever size the one before left, and one learning rate no longer suits them all.");
}

function whySteep(outcome, { broken, message, step, rate, whole }) {
  if (broken === null) return t("Without norms a vector that grows makes the next block's output grow too, and so on up: at step {step} the numbers left all bounds. With norms the same learning rate, {rate}, ends at {whole}. {message}", { step, rate, whole: fixed(whole), message });
  return outcome === "same" ? t("Even steps this large did not make it run away this time: deeper models are less lucky.") : whyNorm(outcome, {});
}

function whyRate(outcome, { message, step, rungs, broken }) {
  if (broken === null || !Number.isFinite(broken)) return t("Each step is a hundred times too long. At step {step} the numbers grew beyond all bounds. {message}", { step, message });
  const bigram = rungs.find(({ name }) => name === "bigram")?.value;
  if (outcome === "same") return t("Unusual: this model bears even that. Its gradients are clipped and Adam's steps are bounded, which tames the rate.");
  const jump = t("Each step is a hundred times too long: it jumps over the valley that it should walk down into.");
  const coarse = bigram && broken > bigram ? t("With steps that long only what is coarse can be learned: which letters are common, and a little of which follow which.") : "";
  return outcome === "worse" ? inARow(jump, coarse) : jump;
}
