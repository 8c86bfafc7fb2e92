/** How long the tokens are: a bar for each length, a click keeps those of that length only. */
import { element } from "../kit/dom.js";
import { t } from "../kit/words.js";

const MOST_BARS = 16; // longer ones share the last

export function createLengths(store) {
  const bars = element("div", { class: "length-bars", role: "group", aria: { label: t("How long the tokens are") } });
  store.watch(["tokens", "length"], ({ tokens, length }) => {
    const counts = countsOf(tokens);
    const most = Math.max(1, ...counts.map(([, number]) => number));
    bars.replaceChildren(...counts.map(([own, number]) => barOf(store, own, number, most, length)));
  });
  return element("section", { class: "panel", aria: { label: t("How long the tokens are") } },
    element("div", { class: "panel-heading" }, element("h2", { text: t("How long the tokens are") }), element("span", { class: "unit", text: t("characters") })), bars);
}

/** [[1, 80], [2, 311], …] of the texts; bytes and special tokens have no length that means anything. */
export function countsOf(tokens) {
  const counts = new Map();
  for (const { kind, length } of tokens) if (kind === "t") counts.set(length, (counts.get(length) ?? 0) + 1);
  return [...counts].sort(([one], [other]) => one - other).slice(0, MOST_BARS);
}

function barOf(store, length, number, most, chosen) {
  const fill = element("span", { class: "length-fill" });
  fill.style.height = `${(number / most) * 100}%`;
  return element("button", {
    type: "button", class: "length-bar", aria: { pressed: String(length === chosen), label: t("{length} characters: {count} tokens", { length, count: number }) },
    title: t("{length} characters: {count} tokens", { length, count: number }), onclick: () => store.set({ length: length === chosen ? null : length }),
  }, element("span", { class: "length-count", text: number < 1000 ? String(number) : `${(number / 1000).toFixed(1)}k` }), element("span", { class: "length-well" }, fill), element("span", { class: "length-name", text: String(length) }));
}
