/** The sentences of the token page, each computed from the text in view. */
import { count, number, percent } from "../kit/format.js";
import { quotedToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";

/** What happened to the text as a whole. */
export function textCaption(data) {
  const { counts, tokens } = data;
  if (!counts.tokens) return t("Nothing to cut yet: write something.");
  return [sizes(data), longest(tokens), bytesSentence(data)].filter(Boolean).join(" ");
}

function sizes({ counts, kind }) {
  const words = { characters: count(counts.characters), tokens: count(counts.tokens), ratio: number(counts.characters / counts.tokens) };
  if (kind === "char") return t("{characters} characters become {tokens} tokens: one each.", words);
  if (counts.tokens > counts.characters) return t("{characters} characters become {tokens} tokens: some characters need several.", words);
  return t("{characters} characters become {tokens} tokens: {ratio} characters per token.", words);
}

function longest(tokens) {
  const pieces = tokens.filter(([, text, kind]) => kind === "text" && [...text].length > 1);
  if (!pieces.length) return "";
  const [, text] = pieces.reduce((best, piece) => ([...piece[1]].length > [...best[1]].length ? piece : best));
  return t("The longest piece is {piece}.", { piece: quotedToken(text) });
}

function bytesSentence({ tokens, kind }) {
  const fragments = tokens.filter(([, , piece]) => piece === "byte").length;
  if (!fragments) return "";
  if (kind === "byte") return t("{share} of these tokens are parts of longer characters: boxed pairs of hexadecimal digits.", { share: percent(fragments / tokens.length) });
  return t("{count} tokens are bytes of characters that have no token of their own here, boxed: nothing is lost.", { count: fragments });
}

/** What the tokenizer cannot represent, or "" when it covers everything. */
export function uncoveredSentence({ uncovered }) {
  if (!uncovered.length) return "";
  const characters = uncovered.slice(0, 8).map((character) => quotedToken(character)).join(" ");
  if (uncovered.length > 8) return t("This tokenizer has no number for {characters} and others: they never occurred in its text. All become <unk>, and what they were is lost.", { characters });
  return t("This tokenizer has no number for {characters}: never seen in its text. It becomes <unk>, and what it was is lost.", { characters });
}

export function boundsSentence({ counts, tokens, cut }) {
  if (cut) return t("The text is very long: the first {read} characters are read, {cut} are left out, and {shown} tokens are drawn.", { read: count(counts.characters), cut: count(cut), shown: tokens.length });
  if (counts.tokens > tokens.length) return t("The first {shown} of {tokens} tokens are drawn; the numbers count all of them.", { shown: tokens.length, tokens: counts.tokens });
  return "";
}

export function contextSentence({ counts, context: size, seer }) {
  if (seer === "counts") return t("tokens back is as far as this model looks: it counts");
  const words = { context: count(size), model: seer === "preset" ? t("a tiny model") : kindName(seer) };
  const fits = counts.tokens <= size;
  if (seer === "run") return fits ? t("of the {context} tokens that this model sees at once", words) : t("times the {context} tokens that this model sees at once", words);
  return fits ? t("of the {context} tokens that {model} sees at once", words) : t("times the {context} tokens that {model} sees at once", words);
}

export const kindName = (kind) => ({
  char: t("characters"), byte: t("bytes"), bpe: t("BPE"), "sentencepiece-bpe": t("SentencePiece BPE"), unigram: t("Unigram"), word: t("words"),
  gpt2: "GPT-2", cl100k: "GPT-4", o200k: "GPT-4o", huggingface: "tokenizer.json",
})[kind] ?? kind;

/** The name of a step of `explain`, in the reader's language. */
export function stepName(name) {
  const merge = /^merge "([\s\S]*)"$/.exec(name);
  if (merge) return t("merge {piece}", { piece: quotedToken(merge[1]) });
  const after = /^after (\d+) of (\d+) merges$/.exec(name);
  if (after) return t("after {done} of {all} merges", { done: after[1], all: after[2] });
  const names = {
    characters: t("characters"), words: t("words"), "normalised text": t("normalised text"), "UTF-8 bytes": t("UTF-8 bytes"), "most probable pieces": t("most probable pieces"), "token ids": t("token ids"),
  };
  return names[name] ?? name;
}

export function tokenSentence(text, id, row) {
  const words = { token: quotedToken(text), id, times: row?.times ?? 1, trained: count(row?.trained ?? 0) };
  if ((row?.trained ?? null) === null) return t("{token} is token {id}, {times} times in this text", words);
  if (row.trained === 0) return t("{token} is token {id}, {times} times in this text, never in the training text", words);
  return t("{token} is token {id}, {times} times in this text, {trained} times in the training text", words);
}
