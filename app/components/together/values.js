/** All tokens of all texts as a table, filled only while it is open. */
import { element } from "../kit/dom.js";
import { fixed } from "../kit/format.js";
import { rove } from "../kit/rove.js";
import { tokenSpan } from "../kit/tokens.js";
import { t } from "../kit/words.js";

export function createValues() {
  let fill = () => {};
  const frame = element("div", { class: "table-frame" });
  const node = element("details", { class: "values", ontoggle: () => { if (node.open) fill(); } }, element("summary", { text: t("Values as a table") }), frame);
  const settle = rove(frame, ".figure", { lines: "tr" });
  return {
    node,
    /** `make()` -> {heads, rows of strings and tokens {token}} */
    show(make) {
      fill = () => {
        const { heads, rows } = make();
        frame.replaceChildren(element("table", {},
          element("thead", {}, element("tr", {}, heads.map((text) => element("th", { scope: "col", text })))),
          element("tbody", {}, rows.map((row) => element("tr", {}, row.map((cell) => element("td", {}, cell instanceof Node ? cell : cell?.token !== undefined ? tokenSpan(cell.token) : String(cell))))))));
        settle();
      };
      if (node.open) fill();
    },
  };
}

export const probabilityCell = (share) => (share === null ? "–" : fixed(share, 4));
