/** "Values as a table" under a picture, built only while it is open. */
import { element } from "../kit/dom.js";
import { rove } from "../kit/rove.js";
import { t } from "../kit/words.js";

/** show(make) where make() -> [{title, heads, rows}]; a cell is text or a node. */
export function createTables() {
  const body = element("div", { class: "tables" });
  const details = element("details", { class: "values" }, element("summary", { text: t("Values as a table") }), body);
  let make = () => [];
  const settle = rove(body, ".figure", { lines: "tr" });
  const build = () => {
    body.replaceChildren(...(details.open ? make().map(oneTable) : []));
    if (details.open) settle();
  };
  details.addEventListener("toggle", build);
  return { box: details, show(next) { make = next; build(); } };
}

function oneTable({ title, heads, rows }) {
  const cells = (kind, row) => element("tr", {}, row.map((cell) => element(kind, {}, cell)));
  return element("div", { class: "table-frame", tabindex: "0", role: "region", aria: { label: title } },
    element("table", {}, element("caption", { text: title }), element("thead", {}, cells("th", heads)), element("tbody", {}, rows.map((row) => cells("td", row)))));
}
