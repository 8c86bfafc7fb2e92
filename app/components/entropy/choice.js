/** A choice of the run as the two distributions: the truth is the token that came, the guess is the model's own. */
import { withNumbers } from "../inside/asked.js";
import { asked, figure, givenIds } from "../inside/numbers.js";
import { element } from "../kit/dom.js";
import { percent } from "../kit/format.js";
import { quotedToken, visibleToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { logitsOf } from "./maths.js";

/** {place, step, title, before, rows, rest} of the server as a part of the page's state. */
export function stateOf(choice) {
  const shares = choice.rows.map(([, log]) => Math.exp(log));
  const q = choice.rest === null ? shares : [...shares, Math.exp(choice.rest)];
  const rows = q.map((_share, index) => choice.rows[index] ?? null);
  return {
    choice, outcomes: rows.map((row) => row?.[0] ?? null), truth: rows.map((row) => Number(row?.[2] ?? false)), smoothing: 0, temperature: 1, logits: logitsOf(q), steps: [],
  };
}

/** Where the guess of one outcome came from, while it is still the run's own; null for all others together. */
export function askedGuess({ choice, logits, temperature }, index) {
  if (!choice || choice.counts || index >= choice.tokens.length || temperature !== 1) return null;
  const own = stateOf(choice).logits;
  if (logits.length !== own.length || logits.some((logit, at) => logit !== own[at])) return null; // a hand has moved it
  return asked(givenIds(choice.ids, "whole", choice.step), "probabilities", choice.ids.length - 1, choice.tokens[index]);
}

export function createChoice(store, origin) {
  const context = element("bdi", { class: "mono context" });
  const words = element("p", {});
  const box = element("div", { class: "choice", hidden: true }, words, element("p", { class: "choice-text" }, context));
  store.watch(["choice", "problem"], ({ choice }) => {
    box.hidden = !choice;
    if (!choice) return;
    const [token, log] = choice.rows.find(([, , truth]) => truth);
    const values = { title: choice.title, step: choice.step, token: quotedToken(token), share: percent(Math.exp(log)), vocabulary: choice.vocabulary };
    context.replaceChildren(choice.before.map(visibleToken).join(""), element("b", { class: "came", text: visibleToken(token) }));
    const rest = choice.rest === null ? "" : ` ${t("“others” are all {count} remaining tokens of its vocabulary in one bar.", { count: choice.vocabulary - choice.rows.length })}`;
    const truth = choice.rows.findIndex(([, , true_]) => true_);
    const number = asked(choice.counts ? null : givenIds(choice.ids, "whole", choice.step), "probabilities", choice.ids.length - 1, choice.tokens[truth]);
    words.replaceChildren(...withNumbers(sentence(values, choice.step, log >= choice.rows[0][1]) + rest, [[values.share, figure(origin, values.share, number)]]));
  });
  return box;
}

/** A model that was trained elsewhere has no steps. */
function sentence(values, step, isFirst) {
  if (step === 0) return t("From “{title}”: {token} came. The model gave it {share}.", values);
  return isFirst ? t("From “{title}”: {token} came. The model of step {step} gave it {share}, its first choice.", values)
    : t("From “{title}”: {token} came. The model of step {step} gave it {share}.", values);
}
