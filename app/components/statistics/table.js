/** All values of the page as tables; built only while it is open. */
import { element } from "../kit/dom.js";
import { fixed, percent } from "../kit/format.js";
import { t } from "../kit/words.js";
import { grouped, packerName, scriptName } from "./captions.js";
import { shownRun, tableOf } from "./ngrams.js";

export function createTable(store) {
  const body = element("div", { class: "tables" });
  const details = element("details", { class: "values" }, element("summary", { text: t("Values as a table") }), body);
  const build = () => {
    if (!details.open) return body.replaceChildren();
    const { state } = store;
    const { data } = state;
    const { counts, width } = data.line_lengths;
    return body.replaceChildren(
      table([t("n-gram"), t("times"), t("share")], (tableOf(state)?.top ?? []).map(({ text, count, share }) => [shownRun(text, state.unit), grouped(count), percent(share)])),
      table([t("rank"), t("times")], data.zipf_points.map((pair) => pair.map(grouped))),
      table([t("characters in a line"), t("lines")], counts.map((count, bin) => [`${bin * width}–${bin * width + width - 1}`, grouped(count)])),
      table([t("script"), t("characters")], Object.entries(data.scripts).map(([name, count]) => [scriptName(name), grouped(count)])),
      table([t("way to write it"), t("bits per character")], Object.entries(data.bits).map(([name, bits]) => [packerName(name), fixed(bits)])));
  };
  details.addEventListener("toggle", build);
  store.watch(["data", "unit", "n"], build);
  return details;
}

function table(head, rows) {
  const row = (kind, cells) => element("tr", {}, cells.map((text) => element(kind, { text })));
  return element("div", { class: "table-frame", tabindex: "0" }, element("table", {}, row("th", head), ...rows.map((cells) => row("td", cells))));
}
