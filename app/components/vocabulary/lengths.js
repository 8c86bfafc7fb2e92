/** How long the tokens are: a bar for each length, a click keeps those of that length only. */
import { element } from "../kit/dom.js";
import { t } from "../kit/words.js";
import { barOf } from "./choosing.js";

export function createLengths(store) {
  const bars = element("div", { class: "length-bars", role: "group", aria: { label: t("How long the tokens are") } });
  store.watch(["tokens", "length"], ({ tokens, length }) => {
    const counts = countsOf(tokens);
    const most = Math.max(1, ...counts.map(([, number]) => number));
    bars.replaceChildren(...counts.map(([own, number]) => drawn(store, { length: own, name: nameOf(own, tokens), number, most, chosen: length })));
  });
  return element("section", { class: "panel", aria: { label: t("How long the tokens are") } },
    element("div", { class: "panel-heading" }, element("h2", { text: t("How long the tokens are") }), element("span", { class: "unit", text: t("characters") })), bars);
}

/** [[1, 80], [2, 311], …] of the texts; bytes and special tokens have no length that means anything. */
export function countsOf(tokens) {
  const counts = new Map();
  for (const { kind, length } of tokens) if (kind === "t") counts.set(barOf(length), (counts.get(barOf(length)) ?? 0) + 1);
  return [...counts].sort(([one], [other]) => one - other);
}

/** "16+" where the bar holds longer ones, too. */
const nameOf = (length, tokens) => (tokens.some((token) => token.length > length && barOf(token.length) === length) ? `${length}+` : String(length));

function drawn(store, { length, name, number, most, chosen }) {
  const fill = element("span", { class: "length-fill" });
  fill.style.height = `${(number / most) * 100}%`;
  return element("button", {
    type: "button", class: "length-bar", aria: { pressed: String(length === chosen), label: t("{length} characters: {count} tokens", { length: name, count: number }) },
    title: t("{length} characters: {count} tokens", { length: name, count: number }), onclick: () => store.set({ length: length === chosen ? null : length }),
  }, element("span", { class: "length-count", text: number < 1000 ? String(number) : `${(number / 1000).toFixed(1)}k` }), element("span", { class: "length-well" }, fill), element("span", { class: "length-name", text: name }));
}
