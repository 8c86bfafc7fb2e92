/** The sentences of the page's comparison, each computed from what was measured. */
import { fixed, number } from "../kit/format.js";
import { t } from "../kit/words.js";

export const languageName = (code) => ({ en: t("English"), zh: t("Chinese"), de: t("German"), ar: t("Arabic"), hi: t("Hindi") })[code] ?? code;

/** Bits per byte of the best run, where they can be compared: a tokenizer that loses characters has less to guess. */
export function fairBits({ facts }) {
  return facts?.best && !facts.best.lost ? facts.best.bits : null;
}

/** Who needs the fewest tokens, what that saves, and whose loss is the lowest where that can be compared. */
export function figuresCaption(columns) {
  const cut = columns.filter(({ answer }) => answer?.counts.tokens);
  if (cut.length < 2) return "";
  const [least, most] = extremes(cut, ({ answer }) => answer.counts.tokens);
  const ratio = most.answer.counts.tokens / least.answer.counts.tokens;
  const sizes = ratio < 1.02
    ? t("All of them need about as many tokens for this text.")
    : t("Fewest tokens: {few}. {many} needs {ratio} times as many, so the same model sees that much less of the text at once.", { few: alike(cut, least), many: most.label, ratio: number(ratio) });
  return [sizes, lostSentence(cut), lossSentence(columns)].filter(Boolean).join(" ");
}

const alike = (columns, least) => columns.filter(({ answer }) => answer.counts.tokens === least.answer.counts.tokens).map(({ label }) => label).join(", ");

function lostSentence(columns) {
  const losing = columns.filter(({ answer }) => answer.uncovered.length).map(({ label }) => label);
  return losing.length ? t("Characters of this text are lost with: {names}.", { names: losing.join(", ") }) : "";
}

function lossSentence(columns) {
  const measured = columns.filter((column) => fairBits(column) !== null);
  if (measured.length < 2) return t("Bits per byte need a finished run with that tokenizer and text: train one with each to see which is better, as losses per token cannot be compared.");
  const [best, worst] = extremes(measured, ({ facts }) => facts.best.bits);
  return t("The lowest loss in bits per byte is that of {name}: {bits}, against {other}.", { name: best.label, bits: fixed(best.facts.best.bits, 3), other: fixed(worst.facts.best.bits, 3) });
}

/** The language that pays most, and with which tokenizer; losing characters is cheap and no bargain. */
export function languagesCaption(columns) {
  const found = columns.flatMap(({ label, languages }) => languages.map((language) => ({ label, ...language })));
  const whole = found.filter(({ lost }) => lost === 0);
  const losing = [...new Set(found.filter(({ lost }) => lost).map(({ label }) => label))];
  if (!found.length) return "";
  const [, worst] = whole.length ? extremes(whole, ({ times }) => times) : [null, null];
  const dear = worst && worst.times > 1.05
    ? t("Dearest: {language} with {name}, {times} times the tokens of the same sentence in English. Who pays by the token pays so much more, and the model sees so much less of the text.", { language: languageName(worst.code), name: worst.label, times: number(worst.times) }) : "";
  const lost = losing.length ? t("Striped: {names} cannot write the sentence at all; few tokens are no bargain there.", { names: losing.join(", ") }) : "";
  return [dear, lost].filter(Boolean).join(" ");
}

function extremes(rows, value) {
  const sorted = [...rows].sort((one, other) => value(one) - value(other));
  return [sorted[0], sorted.at(-1)];
}
