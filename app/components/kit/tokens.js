/** Tokens as people see them: white space drawn, byte fragments boxed, positions named. */
import { element } from "./dom.js";
import { t } from "./words.js";

const DRAWN = { " ": "·", "\n": "↵", "\t": "→", "\r": "\\r" };
const INVISIBLE = { "\u200d": "ZWJ", "\u200c": "ZWNJ", "\u200b": "ZWSP", "\ufe0f": "VS16", "\ufe0e": "VS15", "\u00ad": "SHY", "\u00a0": "NBSP", "\ufeff": "BOM" };
const CONTROL = /^[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]$/;
const TURNING = /^[\u061c\u180e\u200e\u200f\u2028-\u202e\u2060-\u206f\ufff9-\ufffb]$/; // nobody sees them, and some turn a line around
const BYTE_FRAGMENT = /^<0x([0-9A-F]{2})>$/i;
const BYTE_FRAGMENTS = /(<0x[0-9A-F]{2}>)/;

/** A token as visible text: blanks become marks, byte fragments their hex pairs, and signs that nobody sees their names. */
export function visibleToken(token) {
  if (BYTE_FRAGMENTS.test(token)) return token.split(BYTE_FRAGMENTS).filter(Boolean).map((part) => BYTE_FRAGMENT.exec(part)?.[1] ?? visibleToken(part)).join(" ");
  if (token in INVISIBLE) return INVISIBLE[token];
  return [...token].map((character) => DRAWN[character] ?? escaped(character)).join("");
}

/** Control characters as programmers write them, \x00; Unicode has pictures of them, but few fonts do. */
function escaped(character) {
  const code = character.codePointAt(0).toString(16).toUpperCase();
  if (TURNING.test(character)) return `U+${code.padStart(4, "0")}`;
  return CONTROL.test(character) ? `\\x${code.padStart(2, "0")}` : character;
}

export const isWhitespace = (token) => token !== "" && token.trim() === "";
export const isByte = (token) => BYTE_FRAGMENT.test(token);

/** A token in a sentence: “e”, or the name of a blank. */
export function quotedToken(token) {
  if (token === " ") return t("the space");
  if (token === "\n") return t("the newline");
  if (token === "\t") return t("the tab");
  return `“${visibleToken(token)}”`;
}

/** A token as a span: blanks are muted, byte fragments boxed, right-to-left text kept to itself. Of a token that holds
 *  parts of characters beside whole ones (" <0xE4><0xBD>") each part is a box of its own. */
export function tokenSpan(token) {
  if (!BYTE_FRAGMENT.test(token) && BYTE_FRAGMENTS.test(token)) {
    const parts = token.split(BYTE_FRAGMENTS).filter(Boolean);
    return element("span", { class: "token parts" }, parts.map(tokenSpan));
  }
  const span = element("span", { class: "token", dir: "auto", text: visibleToken(token) });
  span.classList.toggle("blank", isWhitespace(token));
  span.classList.toggle("byte", isByte(token) || CONTROL.test(token) || TURNING.test(token));
  return span;
}

const LONGEST_WORD = 32; // characters; longer than that it is no help to find a token again

/** The word around a position, so that a lone character or piece can be found again in the sentence; "" when there is
 *  none. A token that begins with a blank (" light") begins a word. */
export function wordAround(tokens, position) {
  if (isWhitespace(tokens[position])) return "";
  const joins = (right) => !isWhitespace(tokens[right]) && !isWhitespace(tokens[right - 1]) && !/^\s/.test(tokens[right]) && !/\s$/.test(tokens[right - 1]);
  let start = position;
  let end = position;
  while (start > 0 && joins(start)) start -= 1;
  while (end < tokens.length - 1 && joins(end + 1)) end += 1;
  const word = tokens.slice(start, end + 1).map((token) => visibleToken(token.trim())).join("");
  return start === end || word.length > LONGEST_WORD ? "" : word;
}
