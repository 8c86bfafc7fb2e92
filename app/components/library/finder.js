/** The controls above the list: a field to search in, one button per kind, and the order. */
import { element, setText } from "../kit/dom.js";
import { t } from "../kit/words.js";
import { kindsOf } from "./finding.js";

export const kindNames = () => ({
  stories: t("Stories"), literature: t("Literature"), names: t("Names"), tasks: t("Tasks"), parallel: t("Two languages"),
  dialogue: t("Talk"), code: t("Code"),
});

const orderNames = () => [
  ["recommended", t("recommended first")], ["gentlest", t("gentlest first")], ["smallest", t("smallest first")],
  ["largest", t("largest first")], ["language", t("by language")], ["name", t("by name")],
];

export function createFinder(store) {
  const search = element("input", {
    type: "search", class: "field search", placeholder: t("Search the library"), aria: { label: t("Search the library") },
    on: { input: () => store.set({ search: search.value }) },
  });
  const order = element("select", { class: "field", aria: { label: t("Order") }, on: { change: () => store.set({ order: order.value }) } },
    orderNames().map(([value, text]) => element("option", { value, text })));
  return element("div", { class: "finder", role: "search" }, search, order, createKinds(store));
}

/** One button per kind with how many texts it has; the pressed one filters, pressed again it lets all through. */
function createKinds(store) {
  const names = kindNames();
  const group = element("div", { class: "kinds", role: "group", aria: { label: t("Kind of text") } });
  let buttons = [];
  store.watch(["texts"], ({ texts }) => {
    buttons = kindsOf(texts, Object.keys(names)).map(([kind, many]) => {
      const button = element("button", {
        type: "button", class: "kind", "data-kind": kind, on: { click: () => store.set({ kind: store.state.kind === kind ? "" : kind }) },
      }, element("span"), element("span", { class: "many", text: String(many) }));
      setText(button.firstChild, names[kind]);
      return button;
    });
    group.replaceChildren(...buttons);
  });
  store.watch(["texts", "kind"], ({ kind }) => {
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.kind === kind));
  });
  return group;
}
