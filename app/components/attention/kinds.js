/** Tokens in, what a head of each pure kind would look at in them out: the marks of `lm_core/interpret/head_patterns.py`,
 *  worked out once for a sentence and shared by all its heads. A mark is an index into a lower triangle.
 *
 *      same      earlier copies of this token
 *      repeat    what came after an earlier copy of this token (induction)
 *      class     earlier tokens of the same class of characters
 *      brackets  the bracket that is open here, or that this one closes
 */
import { cellCount, cellIndex } from "./cells.js";

export const FIRST_QUERY = 6; // with fewer keys to choose from, every pattern looks strong
const OPENING = [..."([{⟨«「『（【《"];
const CLOSING = [...")]}⟩»」』）】》"];

/** {same, repeat, class: byte marks of the triangle, opener: of each query the key or -1, classWeights, classChance, counts} */
export function kindsOf(tokens) {
  const size = tokens.length;
  const [codes, classes] = [numbered(tokens), numbered(tokens.map(characterClass))];
  const length = cellCount(size);
  const marks = { same: new Uint8Array(length), repeat: new Uint8Array(length), class: new Uint8Array(length) };
  const counts = { same: new Uint32Array(size), repeat: new Uint32Array(size), class: new Uint32Array(size) };
  for (let query = 0; query < size; query += 1) {
    for (let key = 0; key < query; key += 1) {
      const index = cellIndex(query, key);
      if (codes[key] === codes[query]) { marks.same[index] = 1; counts.same[query] += 1; }
      if (key > 0 && codes[key - 1] === codes[query]) { marks.repeat[index] = 1; counts.repeat[query] += 1; }
      if (classes[key] === classes[query]) { marks.class[index] = 1; counts.class[query] += 1; }
    }
  }
  return { ...marks, counts, opener: openBrackets(tokens), classWeights: classWeights(classes, counts.class), size };
}

/** "a", " the" -> "lower"; "B" -> "upper"; "7" -> "digit"; "\n" -> "blank"; "!" -> "mark"; "中" -> "letter" */
export function characterClass(token) {
  if (token.startsWith("<0x")) return "byte";
  const [first] = [...token.trim()];
  if (first === undefined) return "blank";
  const named = [[/\p{Ll}/u, "lower"], [/\p{Lu}/u, "upper"], [/\p{Nd}/u, "digit"], [/\p{L}/u, "letter"]];
  return named.find(([category]) => category.test(first))?.[1] ?? "mark";
}

/** Each class of queries counts alike, else letters would outvote all others; nothing counts where there is one class. */
function classWeights(classes, alike) {
  const late = Array.from(classes, (_, query) => query >= FIRST_QUERY && alike[query] > 0);
  const members = new Map();
  classes.forEach((code, query) => { if (late[query]) members.set(code, (members.get(code) ?? 0) + 1); });
  const several = [...members.values()].filter((count) => count >= 2).length >= 2;
  return Float64Array.from(classes, (code, query) => (several && late[query] ? 1 / members.get(code) : 0));
}

/** Of each query the innermost bracket that is open there; at a closing one, the one that it closes; -1 for none. */
function openBrackets(tokens) {
  const pending = [];
  return Int32Array.from(tokens, (token, place) => {
    const sign = token.trim();
    const opening = OPENING.includes(sign);
    const open = opening ? -1 : pending.at(-1) ?? -1;
    if (opening) pending.push(place);
    else if (CLOSING.includes(sign)) pending.pop();
    return open;
  });
}

/** Equal values get equal numbers: comparing numbers is cheap. */
function numbered(values) {
  const numbers = new Map();
  return Int32Array.from(values, (value) => {
    if (!numbers.has(value)) numbers.set(value, numbers.size);
    return numbers.get(value);
  });
}
