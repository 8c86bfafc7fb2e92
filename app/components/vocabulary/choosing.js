/** A vocabulary's columns in, its tokens with all that they are searched and sorted by out; and the chosen ones of them. */
import { visibleToken } from "../kit/tokens.js";

const SCRIPTS = [
  ["latin", /\p{Script=Latin}/u], ["greek", /\p{Script=Greek}/u], ["cyrillic", /\p{Script=Cyrillic}/u], ["arabic", /\p{Script=Arabic}/u],
  ["hebrew", /\p{Script=Hebrew}/u], ["devanagari", /\p{Script=Devanagari}/u], ["han", /\p{Script=Han}/u],
  ["kana", /[\p{Script=Hiragana}\p{Script=Katakana}]/u], ["hangul", /\p{Script=Hangul}/u], ["other", /\p{L}/u], ["digits", /\p{N}/u],
  ["emoji", /\p{Extended_Pictographic}/u], ["blank", /^\s+$/u],
];

/** The script of a token: that of its first letter; without letters digits, emoji, blanks or signs. */
export function scriptOf(text, kind) {
  if (kind !== "t") return kind === "b" ? "bytes" : "special";
  for (const [name, pattern] of SCRIPTS) if (pattern.test(text)) return name;
  return "signs";
}

/** [{id, text, shown, kind, length, script, times, rank}]; rank says which merge made it, null: none did. */
export function tokensOf({ texts, kinds, times, ranks }) {
  return texts.map((text, id) => {
    const kind = kinds[id];
    const length = kind === "t" ? [...text].length : 0; // parts of characters and special tokens have none
    return { id, text, shown: visibleToken(text), kind, length, script: scriptOf(text, kind), times: times ? times[id] : null, rank: ranks ? ranks[id] : null };
  });
}

const LONGEST = 16; // characters; longer tokens share this bar

/** The bar that a token belongs to in the picture of the lengths. */
export const barOf = (length) => Math.min(length, LONGEST);

const ORDERS = {
  id: (one, other) => one.id - other.id,
  frequent: (one, other) => other.times - one.times || one.id - other.id,
  rare: (one, other) => one.times - other.times || one.id - other.id,
  longest: (one, other) => other.length - one.length || one.id - other.id,
  shortest: (one, other) => one.length - other.length || one.id - other.id,
  merge: (one, other) => (one.rank ?? Infinity) - (other.rank ?? Infinity) || one.id - other.id,
  text: (one, other) => (one.text < other.text ? -1 : one.text > other.text ? 1 : one.id - other.id),
};

const KINDS = {
  all: () => true, pieces: ({ kind, length }) => kind === "t" && length > 1, characters: ({ kind, length }) => kind === "t" && length === 1,
  words: ({ kind, text }) => kind === "t" && /^\s\p{L}+$/u.test(text), bytes: ({ kind }) => kind === "b", special: ({ kind }) => kind === "s", unused: ({ times }) => times === 0,
};

/** What the search, the filters and the order leave; a number finds an id, too. "·" is a space, as drawn. */
export function chosenTokens({ tokens, search, sort, kind, script, length }) {
  const wanted = search.toLowerCase();
  const spaced = wanted.replaceAll("·", " ").replaceAll("↵", "\n").replaceAll("→", "\t");
  const fits = KINDS[kind] ?? KINDS.all;
  const found = tokens.filter((token) => fits(token)
    && (script === "all" || token.script === script)
    && (length === null || (token.length > 0 && barOf(token.length) === length))
    && (!wanted || token.text.toLowerCase().includes(spaced) || String(token.id) === wanted || token.shown.toLowerCase().includes(wanted)));
  return sort === "id" ? found : found.sort(ORDERS[sort] ?? ORDERS.id);
}
