/** The numbers of the token in view as a table, built only while it is open: what was read, what was made. */
import { element, renew, setText } from "../kit/dom.js";
import { number } from "../kit/format.js";
import { rove } from "../kit/rove.js";
import { visibleToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { rowAt } from "./captions.js";
import { headOf, indexOf } from "./places.js";
import { fullName, madeOf, tensorName } from "./stops.js";

const MOST_ROWS = 512;

/** `pick(key, at)` shows where a number of the table came from. */
export function createTable(store, { pick }) {
  const summary = element("summary");
  const frame = element("div", { class: "table-frame", tabindex: "0" });
  const settle = rove(frame, "button", { lines: "tr" });
  const details = element("details", { class: "values" }, summary, frame);

  function draw(state) {
    const stop = state.stops[state.at];
    if (!stop || !state.tensors) return;
    setText(summary, t("Values as a table: {stop}, token {token}", { stop: fullName(stop), token: visibleToken(state.overview.tokens[state.row]) }));
    renew(frame, ...(details.open ? tableOf(state, stop, pick) : []));
    settle();
  }

  details.addEventListener("toggle", () => draw(store.state));
  store.watch(["at", "tensors", "row", "head", "stops"], draw);
  return details;
}

function tableOf(state, { made }, pick) {
  const keys = [...new Set(made.flatMap(({ reads, key }) => [...reads, key]))];
  const columns = keys.map((key) => ({ name: tensorName(key), row: rowAt(state.tensors[key], state.row), made: madeOf(state.stops, key) })).filter(({ row }) => row);
  const count = Math.min(MOST_ROWS, Math.max(0, ...columns.map(({ row }) => row.length)));
  const across = columns.some(({ made: each }) => each?.axes.endsWith("S"));
  const label = (at) => (across && at < state.overview.tokens.length ? `${at + 1} ${visibleToken(state.overview.tokens[at])}` : String(at));
  const place = (each) => headOf(each, state.head, state.overview.sizes);
  const cell = (value, each, at) => (each
    ? element("button", { type: "button", class: "cell-number", text: number(value), onclick: () => pick(each.key, indexOf(each, place(each), state.row, at)) })
    : element("span", { text: number(value) }));
  const rows = Array.from({ length: count }, (_, at) => element("tr", {}, element("th", { scope: "row", text: label(at) }),
    ...columns.map(({ row, made: each }) => element("td", { class: "number" }, ...(at < row.length ? [cell(row[at], each, at)] : [])))));
  return [element("table", {}, element("thead", {}, element("tr", {}, element("th", { scope: "col", text: across ? t("token") : t("number") }), ...columns.map(({ name }) => element("th", { scope: "col", text: name })))), element("tbody", {}, ...rows))];
}
