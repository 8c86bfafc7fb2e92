/** The tree of one token: which merges built it, down to the bytes. A click on a node goes to its merge. */
import { element, setText } from "../kit/dom.js";
import { quotedToken, tokenSpan } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { treeCaption } from "./captions.js";
import { BYTES, treeOf } from "./measures.js";

export function createTree(store, go) {
  const title = element("h2");
  const frame = element("div", { class: "tree-frame", tabindex: "0", role: "region", aria: { label: t("The tree of one token") } });
  const caption = element("p", { class: "caption" });
  const hint = element("p", { class: "note", text: t("Click any token of the text to see its tree.") });
  const panel = element("section", { class: "panel", aria: { label: t("The tree of one token") } },
    element("div", { class: "panel-heading" }, title), frame, caption, hint);
  let drawnOf = {};
  store.watch(["data", "done", "chosen"], ({ data, done, chosen }) => {
    const id = chosen ?? (done ? BYTES - 1 + done : null);
    if (drawnOf.id === id && drawnOf.data === data) return; // else the button that was pressed would lose its focus
    drawnOf = { id, data };
    setText(title, id === null ? t("The tree of one token") : t("The tree of {token}", { token: quotedToken(data.tokens[id]) }));
    frame.replaceChildren(...(id === null ? [] : [drawn(treeOf(id, data.scenes), data, (merge) => { store.set({ chosen: id }); go(merge); })]));
    setText(caption, id === null ? "" : treeCaption(data, id));
  });
  return panel;
}

function drawn({ id, merge, children }, data, go) {
  const box = element(merge ? "button" : "span", { class: "tree-box", ...(merge ? { type: "button", on: { click: () => go(merge) } } : {}) },
    tokenSpan(data.tokens[id]), ...(merge ? [element("span", { class: "note", text: t("merge {number}", { number: merge }) })] : []));
  if (!children.length) return element("div", { class: "tree-node" }, box);
  return element("div", { class: "tree-node" }, box, element("div", { class: "tree-children" }, children.map((child) => drawn(child, data, go))));
}
