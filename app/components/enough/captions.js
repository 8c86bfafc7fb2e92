/** The sentences on how much text a model needs, computed from the text, the model and the run. */
import { count } from "../kit/format.js";
import { t } from "../kit/words.js";

const short = (value) => (value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString("en-US"));

export const verdictTitle = ({ verdict }) => ({ plenty: t("Enough"), enough: t("Enough, read several times"), little: t("Little for this model"), "by-heart": t("It will learn it by heart") })[verdict] ?? "";

export function enoughText(data) {
  const { tokens, wanted, parameters, rule, read, readings, perParameter, verdict, goodReadings, worth } = data;
  if (tokens === null) return t("How many tokens this text has is known once the tokenizer has learned its pieces; this text may be too short for so many.");
  const words = { per: short(perParameter), rule, tokens: count(tokens), wanted: count(wanted), parameters: count(parameters), read: count(read), readings: short(readings), good: goodReadings, worth: count(worth) };
  return `${amountText(verdict, words)} ${readings < 1 ? t("The run reads {readings} of it, so each part is new when it comes.", { readings: `${Math.round(readings * 100)}\u00a0%` }) : readingsText(readings, goodReadings, words)}`;
}

function amountText(verdict, words) {
  if (verdict === "plenty") return t("The text has {per} tokens for each parameter; the rule asks for about {rule}. It is enough for this model.", words);
  if (verdict === "enough") return t("The text has {per} tokens for each parameter; the rule asks for about {rule}. Read up to {good} times it comes to that.", words);
  if (verdict === "little") return t("The text has {per} tokens for each parameter; the rule asks for about {rule}, {wanted} in all. A smaller model would learn about as much from it.", words);
  return t("The text has {per} tokens for each parameter; the rule asks for about {rule}, {wanted} in all. Read so often it will be learned by heart: the validation loss turns up.", words);
}

function readingsText(readings, good, words) {
  if (readings <= good) return t("The run reads it {readings} times; up to {good} readings are nearly as good as new text.", words);
  return t("The run reads it {readings} times, worth about {worth} tokens of new text: after {good} readings each further one teaches less.", words);
}

export function ruleText({ exact, tokens }) {
  const source = t("The rules: about 20 tokens per parameter (Hoffmann et al. 2022), up to about 4 readings (Muennighoff et al. 2023). Both were measured on far larger models, so take them as a direction. The bars are logarithmic.");
  return exact || tokens === null ? source : `${t("Tokens are estimated from a sample of the text.")} ${source}`;
}
