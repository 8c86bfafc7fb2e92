/** What the two distributions in view say, computed from their numbers. */
import { t } from "../kit/words.js";
import { outcomeName } from "./bars.js";
import { crossEntropy, distributions, divergence, entropy } from "./maths.js";
import { said, saidExtra } from "./units.js";

const NOTHING = 0.0005; // nats

export function caption(state) {
  const { p, q } = distributions(state);
  return [costs(p, q, state), swapWords(p, q, state), smoothingWords(p, q, state)].filter(Boolean).join(" ");
}

function costs(p, q, { unit, outcomes }) {
  const [own, extra] = [entropy(p), divergence(p, q)];
  const words = { own: said(own, unit), extra: saidExtra(extra, unit), cost: said(own + extra, unit) };
  if (!Number.isFinite(extra)) return t("The guess gave 0 to something that does happen: its surprise has no bound. A softmax never gives exactly 0.");
  if (own < NOTHING) return t("The truth is certain, so one term is left: −ln of what q gives {outcome}, {cost}. That is the loss of one token in training.", { ...words, outcome: `“${outcomeName(outcomes[p.indexOf(Math.max(...p))])}”` });
  if (extra < NOTHING) return t("The guess is the truth, so nothing is wasted: {own} of chance remain that nobody can predict.", words);
  return unit === "perplexity" ? t("Expecting q where p is true is like choosing among {cost}, where a perfect guess has {own}.", words)
    : t("Expecting q where p is true costs {extra} more than the {own} that nobody can avoid.", words);
}

function swapWords(p, q, { unit }) {
  const [forth, back] = [crossEntropy(p, q), crossEntropy(q, p)];
  if (!Number.isFinite(back)) return t("Swapped, with the guess taken for the truth, it would be infinite: the order matters.");
  if (Math.abs(forth - back) < NOTHING) return t("Swapped it happens to be the same here.");
  return t("Swapped, with the guess taken for the truth, it would be {swapped}: the order matters.", { swapped: said(back, unit) });
}

function smoothingWords(p, _q, { smoothing, unit }) {
  if (smoothing === 0) return "";
  return t("Smoothed, the truth has an entropy of {own} of its own: the loss can no longer reach 0, and endlessly large logits do not pay.", { own: said(entropy(p), unit) });
}
