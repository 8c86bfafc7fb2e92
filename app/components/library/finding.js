/** Which texts pass the search and the filters, and in what order: pure, so that a test can hold it. */

export const LEVELS = ["gentle", "middle", "hard"];

const level = (text) => LEVELS.indexOf(text.level);

/** Each order compares two texts; equal ones stay as the library has them. */
const ORDERS = {
  recommended: (one, other) => Number(other.recommended) - Number(one.recommended),
  gentlest: (one, other) => level(one) - level(other) || (one.bits ?? Infinity) - (other.bits ?? Infinity),
  smallest: (one, other) => one.characters - other.characters,
  largest: (one, other) => other.characters - one.characters,
  language: (one, other) => one.language.localeCompare(other.language),
  name: (one, other) => one.title.localeCompare(other.title),
};

/** found(texts, {search: "chin", kind: "names", order: "smallest"}): every word searched for stands somewhere in it. */
export function found(texts, { search = "", kind = "", order = "recommended" }) {
  const words = search.trim().toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const fits = (text) => {
    if (kind && text.kind !== kind) return false;
    const whole = [text.name, text.title, text.description, text.language, text.discover, text.sample, text.kindName].join(" ").toLocaleLowerCase();
    return words.every((word) => whole.includes(word));
  };
  return texts.filter(fits).sort(ORDERS[order] ?? ORDERS.recommended);
}

/** 2090000 -> "2.1 M", 667000 -> "667 k", 41900 -> "42 k": sizes are rounded already. */
export function shortCount(value) {
  if (value >= 1e6) return `${(value / 1e6).toFixed(1)}\u00a0M`;
  return value >= 1e3 ? `${Math.round(value / 1e3)}\u00a0k` : String(value);
}

/** The kinds that occur, in the order of `all`, each with how many texts it has. */
export function kindsOf(texts, all) {
  return all.map((kind) => [kind, texts.filter((text) => text.kind === kind).length]).filter(([, many]) => many);
}
