/** The sentences of the vocabulary, each computed from what is in it. */
import { count, percent } from "../kit/format.js";
import { quotedToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";

export const scriptName = (script) => ({
  latin: t("Latin letters"), greek: t("Greek letters"), cyrillic: t("Cyrillic letters"), arabic: t("Arabic letters"), hebrew: t("Hebrew letters"), devanagari: t("Devanagari"),
  han: t("Chinese characters"), kana: t("Japanese kana"), hangul: t("Korean letters"), other: t("other letters"), digits: t("digits"), emoji: t("emoji"), blank: t("blanks"),
  signs: t("signs"), bytes: t("bytes"), special: t("special tokens"),
})[script] ?? script;

export function vocabularyCaption(columns, tokens, found) {
  return [sizeSentence(tokens, found), unusedSentence(columns, tokens), frequentSentence(columns, tokens)].filter(Boolean).join(" ");
}

function sizeSentence(tokens, found) {
  if (found.length === tokens.length) return t("{count} tokens in the vocabulary.", { count: count(tokens.length) });
  return t("{found} of {count} tokens are shown.", { found: count(found.length), count: count(tokens.length) });
}

function unusedSentence({ times, left_out: leftOut, title }, tokens) {
  if (!times) return t("The text that this tokenizer was made for is not here, so nobody can count in it.");
  const unused = tokens.filter((token) => token.times === 0);
  const pieces = unused.filter(({ kind }) => kind === "t").length;
  if (!unused.length) return t("Every token of the vocabulary occurs in the training text.");
  const words = { unused: count(unused.length), pieces: count(pieces), title };
  if (leftOut) return t("{unused} tokens of the vocabulary never occur in the first megabyte of “{title}”, {pieces} of these are text.", words);
  return t("{unused} tokens of the vocabulary never occur in “{title}”, {pieces} of these are text: no model can learn from that text what they mean.", words);
}

/** How few tokens make up half of the text. */
function frequentSentence({ times, total }, tokens) {
  if (!times || !total) return "";
  const sorted = [...tokens].sort((one, other) => other.times - one.times);
  let [sum, few] = [0, 0];
  while (sum < total / 2) sum += sorted[few++].times;
  return t("The most frequent is {token} with {share} of the text; {few} tokens make up half of it.", { token: quotedToken(sorted[0].text), share: percent(sorted[0].times / total), few });
}

export function tokenFacts({ id, kind, times, rank, length }, detail) {
  const facts = [t("token {id}", { id })];
  if (detail?.bytes) facts.push(t("bytes {bytes}", { bytes: detail.bytes }));
  if (kind === "t") facts.push(length === 1 ? t("one character") : t("{length} characters", { length }));
  if (kind === "s") facts.push(t("special: it stands for no text"));
  if (kind === "b") facts.push(t("part of a character"));
  if (rank !== null) facts.push(t("merge number {rank}", { rank }));
  if (times !== null) facts.push(times === 0 ? t("never in the training text") : t("{times} times in the training text", { times: count(times) }));
  return `${facts.join(" · ")}.`;
}
