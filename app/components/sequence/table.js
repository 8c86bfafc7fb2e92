/** The numbers behind the stairs as a table, built only while it is open. */
import { element } from "../kit/dom.js";
import { fixed } from "../kit/format.js";
import { rove } from "../kit/rove.js";
import { visibleToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { asked, figure } from "../inside/numbers.js";
import { givenOf, power, running } from "./maths.js";

export function createTable(store, origin) {
  const body = element("div", { class: "tables" });
  const details = element("details", { class: "values" }, element("summary", { text: t("Values as a table") }), body);
  const settle = rove(body, ".figure", { lines: "tr" });
  const build = () => { body.replaceChildren(...(details.open ? ["A", "B"].filter((name) => store.state[name]).map((name) => tableOf(name, store.state[name], origin)) : [])); settle(); };
  details.addEventListener("toggle", build);
  store.watch(["A", "B"], () => { if (details.open) build(); });
  return details;
}

function tableOf(name, answer, origin) {
  const { tokens, logs, products, ids } = answer;
  const ask = (text, key, ...at) => figure(origin, text, asked(givenOf(answer), key, ...at));
  const levels = running(logs);
  const heads = [t("sentence {name}", { name }), t("token"), t("probability q"), t("ln q"), t("sum of ln"), t("product"), "float16", "float32"];
  const rows = tokens.map((token, place) => [
    String(place + 1), visibleToken(token), ...(place ? [ask(fixed(Math.exp(logs[place]), 4), "probabilities", place - 1, ids[place]), ask(fixed(logs[place], 3), "product.log", place), ask(fixed(levels[place], 3), "product.sum", place), ask(power(levels[place]), "product.value", place)]
      : ["–", "–", fixed(0, 3), "1"]),
    ...["float16", "float32"].map((format) => (products[format][place] === 0 ? "0" : power(Math.log(products[format][place])))),
  ]);
  const cells = (kind, row) => element("tr", {}, row.map((cell) => element(kind, {}, cell)));
  return element("div", { class: "table-frame", tabindex: "0" }, element("table", {}, element("thead", {}, cells("th", heads)), element("tbody", {}, rows.map((row) => cells("td", row)))));
}
