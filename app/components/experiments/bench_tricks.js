/** Ten years of tricks: classic and modern side by side, then one trick at a time added to the one or taken from the other. */
import { element, setText } from "../kit/dom.js";
import { t } from "../kit/words.js";
import { createSizes } from "./sizes.js";
import { TRICKS, trickOf } from "./tricks.js";

/** `start()` asks for classic and modern, `toggle(trick, way)` for one more run. `begin` stands before the chart, `table` below it. */
export function createTricksBench(store, { start, toggle }) {
  const go = element("button", { type: "button", class: "button primary", on: { click: start } });
  const begin = element("div", { class: "choosing tricks-begin" },
    element("p", { class: "caption", text: t("Both models have the same size, the same text and the same seed. The classic one is built and trained as in 2019, the modern one with all of these tricks.") }),
    createSizes(store), element("div", { class: "go" }, go));
  const rows = TRICKS.map((key) => createTrick(key, toggle));
  const list = element("ul", { class: "trick-list", aria: { label: t("Tricks") } }, ...rows.map(({ node }) => node));
  const hint = element("p", { class: "note" });
  const table = element("div", { class: "tricks" }, element("h2", { text: t("The tricks") }), hint, list);
  store.watch(["chosen", "starting", "lab", "rows"], ({ chosen, starting, lab, rows: all }) => {
    begin.hidden = lab !== "tricks" || chosen.length > 0;
    table.hidden = lab !== "tricks";
    go.disabled = starting;
    setText(go, starting ? t("Starting …") : t("Train classic and modern"));
    setText(hint, chosen.length ? t("Add one to the classic model, or take one from the modern one: it trains beside the two. Nothing else is retuned.") : t("First train the two; then each trick can be tried by itself."));
    const tried = chosen.map((id) => all.find((row) => row.id === id)?.name);
    for (const row of rows) row.enable(chosen.length > 1 && !starting, tried);
  });
  return { begin, table };
}

function createTrick(key, toggle) {
  const { name, year, papers, lesson } = trickOf(key);
  const add = element("button", { type: "button", class: "button small", text: t("+ classic"), aria: { label: t("Add {trick} to classic", { trick: name }) }, on: { click: () => toggle(key, "add") } });
  const remove = element("button", { type: "button", class: "button small", text: t("− modern"), aria: { label: t("Take {trick} from modern", { trick: name }) }, on: { click: () => toggle(key, "remove") } });
  const node = element("li", { class: "trick" }, element("span", { class: "trick-year mono muted", text: String(year) }),
    element("b", { class: "trick-name", text: name }), element("span", { class: "trick-lesson", text: lesson }), element("span", { class: "trick-papers muted label", text: papers }),
    element("span", { class: "trick-buttons" }, add, remove));
  return {
    node,
    /** What is tried already would give the same curve again: `tried` are the names of the runs. */
    enable(ready, tried) {
      add.disabled = !ready || tried.includes(t("Classic + {trick}", { trick: name }));
      remove.disabled = !ready || tried.includes(t("Modern − {trick}", { trick: name }));
    },
  };
}
