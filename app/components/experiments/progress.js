/** The runs of an experiment, each with its mark, how far it has come, and the ways to look further. */
import { pageAddress } from "../kit/address.js";
import { element, setText } from "../kit/dom.js";
import { fixed } from "../kit/format.js";
import { t } from "../kit/words.js";
import { stateText } from "../runs/list.js";
import { swatch } from "../runs/marks.js";

export function createProgress(store, scene, base) {
  const list = element("ul", { class: "trial-runs", aria: { label: t("Runs of this experiment") } });
  const items = new Map();
  store.watch(["chosen", "rows", "revision"], () => {
    const { entries } = scene();
    for (const id of [...items.keys()]) if (!entries.some((entry) => entry.id === id)) items.delete(id);
    for (const { id } of entries) if (!items.has(id)) items.set(id, createItem(id, base, store));
    const wanted = entries.map(({ id }) => items.get(id).node);
    if (wanted.length !== list.children.length || wanted.some((node, at) => node !== list.children[at])) list.replaceChildren(...wanted);
    for (const entry of entries) items.get(entry.id).show(entry);
  });
  return list;
}

function createItem(id, base, store) {
  const [mark, name, loss, facts, fill] = [element("span", { class: "trial-mark" }), element("b", { dir: "auto" }), element("b", { class: "trial-loss" }), element("span", { class: "muted label" }), element("span", { class: "trial-fill" })];
  const links = [["train", t("Train")], ["attention", t("Attention")]].map(([page, text]) => ({ page, node: element("a", { text }) }));
  const hover = { pointermove: () => store.set({ hovered: id }), pointerleave: () => store.set({ hovered: null }) };
  const node = element("li", { class: "trial-run", on: hover }, element("div", { class: "trial-line" }, mark, name, element("span", { class: "spacer" }), loss),
    element("div", { class: "trial-bar", aria: { hidden: "true" } }, fill),
    element("div", { class: "trial-line label" }, facts, element("span", { class: "spacer" }), ...links.map((link) => link.node)));
  return {
    node,
    show({ row, mark: own, value }) {
      if (mark.dataset.letter !== own.letter) {
        mark.dataset.letter = own.letter;
        mark.replaceChildren(swatch(own), element("b", { text: own.letter }));
      }
      for (const link of links) link.node.href = pageAddress(base, link.page, id);
      setText(name, row.name);
      setText(loss, value === null ? "–" : fixed(value));
      const state = stateText(row);
      setText(facts, row.state === "done" || !row.step ? state : t("{state}, step {step} of {steps}", { state, step: row.step, steps: row.steps }));
      node.dataset.state = row.state;
      fill.style.transform = `scaleX(${row.steps ? Math.min(1, row.step / row.steps) : 0})`;
    },
  };
}
