/** The sentences about a text's statistics, each computed from its counts. */
import { fixed, percent } from "../kit/format.js";
import { quotedToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";

export const grouped = (value) => value.toLocaleString("en-US");

export function sampleText({ counted, characters }) {
  return t("Counted from {counted} of {characters} characters, taken evenly from the whole text.", { counted: grouped(counted), characters: grouped(characters) });
}

export const wordReading = (rank, [, count], words) => t("rank {rank}: {count} times, {share} of all words", { rank: grouped(rank), count: grouped(count), share: percent(count / words) });

const STEEP = 1.15;
const FLAT = 0.85;

export function zipfCaption({ zipf_fit: fit, words, vocabulary, once, top_words: top }) {
  if (!vocabulary) return t("There are no words in this text, so there is nothing to rank.");
  const half = t("{vocabulary} different words make up {words}; {once} of the different ones occur a single time.", { vocabulary: grouped(vocabulary), words: grouped(words), once: percent(once / vocabulary) });
  if (!fit) return `${half} ${t("Too few of them recur for a line to be fitted.")}`;
  const slope = fixed(fit.slope);
  const twice = { word: quotedToken(top[0].text), slope };
  if (-fit.slope > STEEP) return `${half} ${t("The slope is {slope}, steeper than −1: a few words are repeated more than in other texts, as in generated or narrow ones.", twice)}`;
  if (-fit.slope < FLAT) return `${half} ${t("The slope is {slope}, flatter than −1: many words share the work, as in lists of names.", twice)}`;
  return `${half} ${t("The slope is {slope}, close to −1, Zipf’s law: by the line, the tenth word comes a tenth as often as the first ({word}), the hundredth a hundredth.", twice)}`;
}

export const fitRule = ({ last_rank: last }) => t("Fitted by least squares to log frequency over log rank, at ranks evenly apart on this axis, from 1 to {last}: the last word that occurs 5 times or more.", { last: grouped(last) });

export function ngramsCaption({ n, total, distinct, once }, unit) {
  const words = { n, total: grouped(total), distinct: grouped(distinct), once: percent(once / Math.max(1, distinct)) };
  if (n === 1) return unit === "words" ? t("{distinct} different words in {total}; {once} of them stand here once.", words) : t("{distinct} different characters in {total}; {once} of them stand here once.", words);
  return unit === "words"
    ? t("{distinct} different runs of {n} words; {once} of them stand here once. A table of counts learns nothing from those, a model may.", words)
    : t("{distinct} different runs of {n} characters; {once} of them stand here once.", words);
}

export function lengthsCaption({ line_lengths: { lines, blank, median, longest, beyond } }) {
  const words = { lines: grouped(lines), blank: percent(blank / Math.max(1, lines)), median: grouped(median), longest: grouped(longest), beyond: grouped(beyond) };
  const first = t("{lines} lines, {blank} of them empty. Half have at most {median} characters, the longest {longest}.", words);
  return beyond ? `${first} ${t("{beyond} are longer than the picture reaches.", words)}` : first;
}

export function copiesCaption({ repeated_lines: lines, repeated_documents: copies, documents }) {
  const repeated = lines < 0.001 ? t("Hardly any line stood before.") : t("{share} of the lines that are not empty stood before, letter for letter.", { share: percent(lines) });
  if (documents < 2) return repeated;
  return `${repeated} ${copies ? t("Of {documents} documents {share} are copies of an earlier one.", { documents: grouped(documents), share: percent(copies) }) : t("None of the {documents} documents is a copy of another.", { documents: grouped(documents) })}`;
}

const SCRIPTS = () => ({
  latin: t("Latin"), han: t("Chinese characters"), cyrillic: t("Cyrillic"), greek: t("Greek"), arabic: t("Arabic"), hebrew: t("Hebrew"), devanagari: t("Devanagari"),
  hiragana: t("Hiragana"), katakana: t("Katakana"), hangul: t("Hangul"), thai: t("Thai"), digits: t("digits"), punctuation: t("punctuation"), symbols: t("symbols and emoji"),
  blanks: t("blanks and line ends"), marks: t("marks upon letters"),
});

export const scriptName = (name) => SCRIPTS()[name] ?? name.charAt(0).toUpperCase() + name.slice(1);

const NO_SCRIPT = ["digits", "punctuation", "symbols", "blanks", "marks"];

export function scriptsCaption({ scripts, counted }) {
  const found = Object.entries(scripts).filter(([name]) => !NO_SCRIPT.includes(name));
  if (!found.length) return t("There are no letters in this text.");
  const [[name, count]] = found;
  const letters = found.reduce((sum, [, each]) => sum + each, 0);
  const words = { name: scriptName(name), share: percent(count / letters), others: found.length - 1, all: percent(letters / Math.max(1, counted)) };
  return found.length === 1 ? t("All letters are {name}; letters are {all} of the text.", words) : t("{share} of the letters are {name}; there are {others} other scripts.", words);
}

export const packerName = (name) => ({
  uniform: t("every character alike"), entropy: t("entropy of characters"), pairs: t("… knowing the one before"), gzip: "gzip", xz: "xz",
})[name] ?? name;

export function bitsCaption({ bits }) {
  if (!bits.xz) return t("Too short to be packed.");
  const words = { entropy: fixed(bits.entropy), xz: fixed(bits.xz), gzip: fixed(bits.gzip), share: percent(bits.xz / Math.max(1e-9, bits.uniform)) };
  if (bits.xz < bits.entropy * 0.35) return t("xz needs {xz} bits for a character, far below the entropy of {entropy}: the text repeats itself so much that a packer can mostly point back.", words);
  if (bits.xz < bits.entropy) return t("xz needs {xz} bits for a character where counting characters needs {entropy}: the difference is order, words and phrases that come again. A model has that to learn, and more.", words);
  return t("xz needs {xz} bits for a character, no fewer than the entropy of {entropy}: short or without order, so there is little to learn but which characters occur.", words);
}
