/** The numbers behind the stairs as a table, built only while it is open. */
import { element } from "../kit/dom.js";
import { fixed } from "../kit/format.js";
import { visibleToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { power, running } from "./maths.js";

export function createTable(store) {
  const body = element("div", { class: "tables" });
  const details = element("details", { class: "values" }, element("summary", { text: t("Values as a table") }), body);
  const build = () => body.replaceChildren(...(details.open ? ["A", "B"].filter((name) => store.state[name]).map((name) => tableOf(name, store.state[name])) : []));
  details.addEventListener("toggle", build);
  store.watch(["A", "B"], () => { if (details.open) build(); });
  return details;
}

function tableOf(name, { tokens, logs, products }) {
  const levels = running(logs);
  const heads = [t("sentence {name}", { name }), t("token"), t("probability q"), t("ln q"), t("sum of ln"), t("product"), "float16", "float32"];
  const rows = tokens.map((token, place) => [
    String(place + 1), visibleToken(token), place ? fixed(Math.exp(logs[place]), 4) : "–", place ? fixed(logs[place], 3) : "–", fixed(levels[place], 3), power(levels[place]),
    ...["float16", "float32"].map((format) => (products[format][place] === 0 ? "0" : power(Math.log(products[format][place])))),
  ]);
  const cells = (kind, row) => element("tr", {}, row.map((text) => element(kind, { text })));
  return element("div", { class: "table-frame", tabindex: "0" }, element("table", {}, element("thead", {}, cells("th", heads)), element("tbody", {}, rows.map((row) => cells("td", row)))));
}
