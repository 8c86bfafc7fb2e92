/** The sentences that a search writes; they are also the text for screen readers. */
import { fixed, number, percent } from "../kit/format.js";
import { quotedToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { bitsEach, sameText, totalOf } from "./reading.js";

const LIKELY_SAME = 5e-4; // two totals that differ by less are the same but for rounding

export const fateName = (fate) => ({ kept: t("kept"), cut: t("cut"), ended: t("whole") })[fate];

/** One node: its equation, and what became of it. */
export function nodeWords({ node, before, width, penalty }) {
  const values = { token: quotedToken(node.text), nats: fixed(node.nats, 3), share: percent(Math.exp(node.nats)), before: fixed(before, 3), total: fixed(node.total, 3), depth: node.depth, width };
  const sum = node.depth === 1 ? t("{token}: ln p = {nats}, that is {share}. It is the first token, so the total is {total}.", values)
    : t("{token}: ln p = {nats}, that is {share}. Total: {before} + ({nats}) ≈ {total}.", values);
  const score = penalty > 0 ? ` ${t("Score: {total} / {depth}^{penalty} ≈ {score}.", { ...values, penalty, score: fixed(node.score, 3) })}` : "";
  const fate = {
    kept: t("Kept: it is among the {width} likeliest of this depth.", values),
    cut: t("Cut: {width} others of this depth are likelier, whatever might have followed here.", values),
    ended: t("Whole: it ends its text, which is compared with the others by its score.", values),
  }[node.fate];
  return `${sum}${score} ${fate}`;
}

/** The numbers of that sentence, with the names that the server knows them by. */
export function nodeNumbers({ node, before, penalty }, at) {
  return [
    [fixed(node.nats, 3), "beam.log", at], [percent(Math.exp(node.nats)), "beam.share", at, node.token], ...(node.depth > 1 ? [[fixed(before, 3), "beam.total", at - 1]] : []),
    [fixed(node.total, 3), "beam.total", at], ...(penalty > 0 ? [[fixed(node.score, 3), "beam.score", at]] : []),
  ];
}

/** The best text of the beam beside the greedy one. */
export function comparedWords({ best, greedy, penalty }) {
  if (sameText(best, greedy)) return t("So far the beam’s best text is greedy’s: always the likeliest token.");
  const [beam, other] = [best.at(-1).score, greedy.at(-1).score];
  const values = { beam: fixed(beam), greedy: fixed(other), times: number(Math.exp(Math.abs(totalOf(best) - totalOf(greedy)))) };
  if (Math.abs(beam - other) < LIKELY_SAME) return t("The beam’s best text and greedy’s are equally good: {beam}.", values);
  if (beam > other) {
    return penalty > 0 || best.length !== greedy.length ? t("The beam’s best text scores {beam}, greedy’s {greedy}: less.", values)
      : t("The beam’s best text has ln p = {beam}, greedy’s {greedy}: the beam’s is {times} times as likely. Greedy took the likeliest token each time and paid for it later.", values);
  }
  return t("Here greedy’s text is better ({greedy}, the beam’s {beam}): the beam cut it on its way, when it looked worse than others. A beam looks further than greedy, and promises nothing.", values);
}

/** Why the likeliest text is seldom a good one. */
export function dullWords({ best, drawn }) {
  return t("A beam looks for the text that surprises the model least: its tokens carry {beam} bits each, the drawn ones {drawn}. People write what is not expected, so the likeliest text reads dull and often repeats itself.", {
    beam: fixed(bitsEach(best)), drawn: fixed(bitsEach(drawn)),
  });
}

export function penaltyWords({ penalty, ends }) {
  if (ends === "never") return t("All texts are equally long here, so the length penalty changes nothing; let texts end, and it does.");
  return penalty > 0 ? t("Texts of different lengths are compared by total / length^{penalty}.", { penalty })
    : t("Every token lowers the total, so without a length penalty short texts win.");
}
