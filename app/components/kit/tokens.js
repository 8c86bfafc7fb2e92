/** Tokens as people see them: white space drawn, byte fragments boxed, positions named. */
import { element } from "./dom.js";
import { t } from "./words.js";

const DRAWN = { " ": "·", "\n": "↵", "\t": "→", "\r": "␍" };
const BYTE_FRAGMENT = /^<0x([0-9A-F]{2})>$/i;

/** A token as visible text: blanks become marks, a byte fragment its hex pair. */
export function visibleToken(token) {
  const fragment = BYTE_FRAGMENT.exec(token);
  if (fragment) return fragment[1].toUpperCase();
  return [...token].map((character) => DRAWN[character] ?? character).join("");
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

const BYTE_FRAGMENTS = /(<0x[0-9A-F]{2}>)/;

/** A token as a span: blanks are muted, byte fragments boxed, right-to-left text kept to itself. Of a token that holds
 *  parts of characters beside whole ones (" <0xE4><0xBD>") each part is a box of its own. */
export function tokenSpan(token) {
  if (!BYTE_FRAGMENT.test(token) && BYTE_FRAGMENTS.test(token)) {
    const parts = token.split(BYTE_FRAGMENTS).filter(Boolean);
    return element("span", { class: "token parts" }, parts.map(tokenSpan));
  }
  const span = element("span", { class: "token", dir: "auto", text: visibleToken(token) });
  span.classList.toggle("blank", isWhitespace(token));
  span.classList.toggle("byte", isByte(token));
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
