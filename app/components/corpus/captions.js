/** The sentences about a text, each computed from its counts. */
import { fixed, percent } from "../kit/format.js";
import { quotedToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";

export const grouped = (value) => value.toLocaleString("en-US");

export function sizesText({ characters, distinct, words, lines, documents }) {
  const sizes = t("{characters} characters, {distinct} different · {words} words · {lines} lines", {
    characters: grouped(characters), distinct: grouped(distinct), words: grouped(words), lines: grouped(lines),
  });
  return documents > 1 ? `${sizes} · ${t("{documents} documents", { documents: grouped(documents) })}` : sizes;
}

export function textCaption({ characters, distinct, frequent, half, entropy }) {
  if (distinct < 2) return t("This text holds a single character, over and over: there is nothing to guess.");
  const [[first, times], [second, again]] = frequent;
  return t("The most frequent character is {first} ({share}), then {second} ({next}). Half of the text is made of only {half} of its {distinct} characters. A model that knows these shares and nothing else pays {entropy} nats per character.", {
    first: quotedToken(first), share: percent(times / characters), second: quotedToken(second), next: percent(again / characters),
    half, distinct: grouped(distinct), entropy: fixed(entropy),
  });
}

export function splitText({ split }) {
  if (split.problem) return split.problem;
  const whole = split.training + split.validation;
  return t("{training} characters to learn from, {validation} ({share}) kept aside to test on", {
    training: grouped(split.training), validation: grouped(split.validation), share: percent(split.validation / whole),
  });
}

export const barText = (character, times, characters) =>
  t("{token}: {times} times, {share}", { token: quotedToken(character), times: grouped(times), share: percent(times / characters) });
