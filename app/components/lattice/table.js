/** "Values as a table": every piece of the lattice, built only when it is opened. */
import { element } from "../kit/dom.js";
import { fixed } from "../kit/format.js";
import { visibleToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";

export function createTable(store) {
  const frame = element("div", { class: "table-frame", tabindex: "0" });
  const details = element("details", { class: "values", on: { toggle: () => { if (details.open) fill(); } } },
    element("summary", { text: t("Values as a table") }), frame);
  function fill() {
    const heads = [t("from"), t("to"), t("piece"), t("ln P"), t("P")];
    const rows = store.state.data.edges.map(([start, end, text, logP]) => [start, end, visibleToken(text), fixed(logP, 3), Math.exp(logP).toPrecision(3)]);
    frame.replaceChildren(element("table", {},
      element("thead", {}, element("tr", {}, heads.map((text) => element("th", { scope: "col", text })))),
      element("tbody", {}, rows.map((row) => element("tr", {}, row.map((cell) => element("td", { text: String(cell) })))))));
  }
  store.watch(["data"], () => { if (details.open) fill(); });
  return details;
}
