/** "Values as a table": every merge of the film, built only when it is opened. */
import { element } from "../kit/dom.js";
import { visibleToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";

export function createTable(store) {
  const frame = element("div", { class: "table-frame", tabindex: "0" });
  const details = element("details", { class: "values", on: { toggle: () => { if (details.open) fill(); } } },
    element("summary", { text: t("Values as a table") }), frame);
  function fill() {
    const { scenes, tokens } = store.state.data;
    const heads = [t("merge"), t("left"), t("right"), t("token"), t("times"), t("tokens left")];
    const rows = scenes.map(([left, right, count, tokensAfter], index) =>
      [index + 1, visibleToken(tokens[left]), visibleToken(tokens[right]), visibleToken(tokens[256 + index]), count, tokensAfter]);
    frame.replaceChildren(element("table", {},
      element("thead", {}, element("tr", {}, heads.map((text) => element("th", { scope: "col", text })))),
      element("tbody", {}, rows.map((row) => element("tr", {}, row.map((cell) => element("td", { text: String(cell) })))))));
  }
  store.watch(["data"], () => { if (details.open) fill(); });
  return details;
}
