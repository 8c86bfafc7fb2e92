/** The library of texts: search, kinds, orders; a list to choose from, in which the chosen one says more. */
import { element, setText } from "../kit/dom.js";
import { mount } from "../kit/mount.js";
import { createStore } from "../kit/store.js";
import { t } from "../kit/words.js";
import { createFinder, kindNames } from "./finder.js";
import { found } from "./finding.js";
import { createOwn, createRow } from "./rows.js";

export default mount((root, { data, setState }) => {
  const store = createStore({ ...read(data), search: "", kind: "", order: "recommended" }, { name: "library" });
  const choose = (name) => {
    if (store.state.chosen === name) return;
    store.set({ chosen: name });
    setState("choose", { name, at: Date.now() }); // it stays there: `at` tells a new choice from the last
  };
  const shelf = createShelf(store, choose);
  root.replaceChildren(createFinder(store), shelf.node);
  store.redrawAll();
  requestAnimationFrame(() => requestAnimationFrame(shelf.reveal));
  return { update: (next) => store.set(read(next)), dispose: () => store.stop() };
});

function read({ texts, chosen, own }) {
  const names = kindNames();
  return { texts: texts.map((text) => ({ ...text, kindName: names[text.kind] })), chosen, own };
}

/** The list itself. Arrow keys move through it, Enter or Space chooses; what is not installed can be read, not chosen. */
function createShelf(store, choose) {
  const rows = new Map();
  const list = element("div", { class: "shelf", role: "listbox", aria: { label: t("Texts to learn from") } });
  const none = element("p", { class: "none muted", hidden: true, text: t("No text fits. Search for less, or choose another kind.") });
  const status = element("p", { class: "note status", role: "status" });
  store.watch(["texts", "own", "search", "kind", "order", "chosen"], (state) => {
    const shown = found(state.texts, state);
    const wanted = state.kind || state.search.trim() ? shown : [{ ...state.own, isOwn: true }, ...shown];
    const nodes = wanted.map((text) => {
      if (!rows.has(text.name)) rows.set(text.name, text.isOwn ? createOwn(choose) : createRow(choose));
      const row = rows.get(text.name);
      row.show(text, text.name === state.chosen);
      return row.node;
    });
    if (nodes.length !== list.children.length || nodes.some((node, at) => list.children[at] !== node)) list.replaceChildren(...nodes);
    const home = nodes.find((node) => node.getAttribute("aria-selected") === "true") ?? nodes[0];
    for (const node of nodes) node.tabIndex = node === home ? 0 : -1;
    none.hidden = nodes.length > 0;
    setText(status, t("{shown} of {all} texts", { shown: shown.length, all: state.texts.length }));
  });
  list.addEventListener("keydown", (event) => move(event, [...list.children]));
  const reveal = () => {
    const chosen = list.querySelector('[aria-selected="true"]');
    if (!chosen) return;
    const own = list.querySelector(".own")?.offsetHeight ?? 0; // it stays at the top
    const least = chosen.offsetTop + chosen.offsetHeight - list.clientHeight;
    const first = [...list.children].find((row) => row === chosen || row.offsetTop - own >= least); // no row is cut there
    list.scrollTop = least <= 0 ? 0 : Math.max(0, first.offsetTop - own);
  };
  return { node: element("section", { class: "shelf-frame" }, list, none, status), reveal };
}

function move(event, nodes) {
  const at = nodes.indexOf(event.target);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: nodes.length - 1 }[event.key];
  if (at < 0 || (to === undefined && event.key !== "Enter" && event.key !== " ")) return;
  event.preventDefault();
  event.stopPropagation();
  if (to === undefined) {
    event.target.click();
    return;
  }
  const next = nodes[Math.max(0, Math.min(nodes.length - 1, to))];
  event.target.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
}
