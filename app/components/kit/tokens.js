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

/** A token as a span: blanks are muted, byte fragments boxed, right-to-left text kept to itself. */
export function tokenSpan(token) {
  const span = element("span", { class: "token", dir: "auto", text: visibleToken(token) });
  span.classList.toggle("blank", isWhitespace(token));
  span.classList.toggle("byte", isByte(token));
  return span;
}

/** The word around a position, so that a lone character can be found again in the sentence. */
export function wordAround(tokens, position) {
  if (isWhitespace(tokens[position])) return "";
  let start = position;
  let end = position;
  while (start > 0 && !isWhitespace(tokens[start - 1])) start -= 1;
  while (end < tokens.length - 1 && !isWhitespace(tokens[end + 1])) end += 1;
  return start === end ? "" : tokens.slice(start, end + 1).map(visibleToken).join("");
}
