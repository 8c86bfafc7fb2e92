/** The numbers of the map in view as a table, built only while it is open. */
import { element, setText } from "../kit/dom.js";
import { fixed } from "../kit/format.js";
import { rove } from "../kit/rove.js";
import { visibleToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { mapName } from "./names.js";
import { figure, weightNumber } from "./origins.js";
import { storedRow } from "./payload.js";
import { lockedMap } from "./view.js";

export function createTable(film, store, { origin }) {
  const summary = element("summary");
  const frame = element("div", { class: "table-frame", tabindex: "0" });
  const settle = rove(frame, "button", { lines: "tr" });
  const details = element("details", { class: "values" }, summary, frame);

  function draw(state) {
    setText(summary, t("Values as a table: {map}", { map: mapName(lockedMap(state)) }));
    if (!details.open) frame.replaceChildren();
    else frame.replaceChildren(tableOf(film, state, origin));
    settle();
  }

  details.addEventListener("toggle", () => draw(store.state));
  store.watch(["locked", "selected", "combine"], draw);
  return details;
}

/** A row for each query: the two keys that it looks at most, and what it keeps for itself. */
function tableOf(film, state, origin) {
  const map = lockedMap(state);
  const titles = [t("position"), t("token"), t("looks most at"), t("weight"), t("then at"), t("weight"), t("at itself")];
  const rows = film.tokens.map((token, query) => {
    const weights = storedRow(film, state.selected, map, query);
    const [first, second] = [...weights.keys()].sort((a, b) => weights[b] - weights[a]);
    const number = (key) => figure(origin, fixed(weights[key]), weightNumber(film, state, map, query, key));
    return [String(query + 1), visibleToken(token), ...target(film, number, first), ...target(film, number, second), number(query)];
  });
  return element("table", {},
    element("thead", {}, element("tr", {}, ...titles.map((text) => element("th", { scope: "col", text })))),
    element("tbody", {}, ...rows.map((cells) => element("tr", {}, ...cells.map((cell) => element("td", { class: "number", dir: "auto" }, cell))))));
}

function target(film, number, key) {
  return key === undefined ? ["", ""] : [`${visibleToken(film.tokens[key])} ${key + 1}`, number(key)];
}
