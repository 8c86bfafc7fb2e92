/** What was changed must be seen also where it is invisible: blanks become marks, other hidden signs their code point. */

const DRAWN = { " ": "·", "\n": "↵\n", "\t": "→" };
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Mn}\p{Me}]|(?! )\p{Zs}/u;

export const codePoint = (character) => `U+${character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`;

/** "a\u200b b\n" -> [{shown: "a"}, {shown: "200B", name: "U+200B"}, {shown: " b↵\n"}]; blanks alone: "  " -> "··". */
export function visibleParts(text) {
  const blank = text.trim() === "";
  const drawn = (character) => (character === " " && !blank ? " " : (DRAWN[character] ?? character));
  const parts = [];
  for (const character of text) {
    if (HIDDEN.test(character) && !(character in DRAWN)) parts.push({ shown: codePoint(character).slice(2), name: codePoint(character) });
    else if (parts.length && !parts.at(-1).name) parts.at(-1).shown += drawn(character);
    else parts.push({ shown: drawn(character) });
  }
  return parts;
}
