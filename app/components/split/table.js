/** The shares as a table; built only while it is open. */
import { element } from "../kit/dom.js";
import { percent } from "../kit/format.js";
import { t } from "../kit/words.js";
import { grouped } from "./captions.js";

export function createTable(store) {
  const body = element("div", { class: "table-frame", tabindex: "0" });
  const details = element("details", { class: "values" }, element("summary", { text: t("Values as a table") }), body);
  const build = () => {
    const { data } = store.state;
    if (!details.open || data.problem) return body.replaceChildren();
    const row = (kind, cells) => element("tr", {}, cells.map((text) => element(kind, { text })));
    const share = (value) => (value === null ? "–" : percent(value));
    const rows = [
      [t("characters to learn from"), grouped(data.training)], [t("characters to test"), grouped(data.validation)],
      ...data.leaks.characters.map(([length, value]) => [t("runs of {length} characters seen", { length }), share(value)]),
      ...data.leaks.words.map(([length, value]) => [t("runs of {length} words seen", { length }), share(value)]),
      [t("in stretches of {length} characters", { length: data.leaks.stretch }), share(data.leaks.copied)],
      [t("shared lines"), grouped(data.leaks.shared_lines)], [t("shared documents"), grouped(data.leaks.shared_documents)],
    ];
    return body.replaceChildren(element("table", {}, ...rows.map((cells) => row("td", cells))));
  };
  details.addEventListener("toggle", build);
  store.watch(["data"], build);
  return details;
}
