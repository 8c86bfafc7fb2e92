/** The hardest and easiest tokens, or those that changed most: a click goes there. */
import { element } from "../kit/dom.js";
import { fixed } from "../kit/format.js";
import { t } from "../kit/words.js";
import { inUnit, nameOf, pieceText, placed, signed, unitName } from "./captions.js";
import { STRONGEST, itemAt, itemsOf } from "./display.js";

const SHOWN = 6;

export function createLists(store) {
  const box = element("div", { class: "lists" });

  function goTo(position) {
    store.set({ locked: position });
    requestAnimationFrame(() => {
      const row = box.getRootNode().querySelector(".shown");
      row?.querySelectorAll(".item")[itemAt(itemsOf(store.state), position)]?.scrollIntoView({ block: "nearest" });
    });
  }

  store.watch(["now", "laid", "then", "colour", "unit"], (state) => {
    box.hidden = !state.now;
    if (!state.now) return;
    const change = state.colour === "change" && state.laid;
    const items = itemsOf(state).filter(({ value }) => value !== null).sort((first, second) => second.value - first.value);
    const ends = change
      ? [[t("Where {name} gained most on {other}", names(state)), items.filter(({ value }) => value > 0)], [t("Where it lost most", names(state)), items.filter(({ value }) => value < 0).reverse()]]
      : [[t("Hardest tokens"), items], [t("Easiest tokens"), [...items].reverse()]];
    const most = Math.max(...ends.flatMap(([, rows]) => rows.slice(0, SHOWN).map(({ value }) => Math.abs(value))), change ? 0 : Math.min(STRONGEST, items[0]?.value ?? 0)) || 1;
    box.replaceChildren(...ends.map(([title, rows]) => element("section", { class: "list-part" }, element("h3", { text: title }),
      rows.length ? element("ol", { class: "list" }, rows.slice(0, SHOWN).map((item) => rowOf(state, item, change, most, goTo))) : element("p", { class: "note", text: t("nowhere") }))));
  });
  return box;
}

const names = (state) => ({ name: nameOf(state.now, state), other: nameOf(state.then, state) });

function rowOf(state, { tokens, value }, change, most, goTo) {
  const bar = element("span", { class: change ? (value > 0 ? "list-bar better" : "list-bar worse") : "list-bar" });
  bar.style.width = `${(Math.min(Math.abs(value), most) / most) * 100}%`;
  const name = tokens[1] - tokens[0] > 1 ? `“${pieceText(state.now, tokens)}”` : placed(state.now, tokens[0]);
  const text = change ? signed(value, state.unit) : fixed(inUnit(value, state.unit));
  return element("li", {}, element("button", { type: "button", class: "list-row", onclick: () => goTo(tokens[0]) },
    element("bdi", { class: "list-name", text: name }), element("span", { class: "list-track" }, bar), element("span", { class: "number", text }), element("span", { class: "unit", text: unitName(state.unit) })));
}
