/** The counts of each step as a table; built only while it is open. */
import { element } from "../kit/dom.js";
import { t } from "../kit/words.js";
import { grouped } from "./wording.js";

export function createTable(store) {
  const body = element("div", { class: "table-frame", tabindex: "0" });
  const details = element("details", { class: "values" }, element("summary", { text: t("Values as a table") }), body);
  const build = () => {
    const { data } = store.state;
    const row = (kind, cells) => element("tr", {}, cells.map((text) => element(kind, { text })));
    const counts = ({ characters, lines, documents, changed }) => [...characters, ...lines, ...documents, changed].map(grouped);
    const rows = data.chosen.map((name) => row("td", [data.steps[name].title, ...counts(data.reports[name])]));
    if (data.whole) rows.push(row("td", [t("all together"), ...counts(data.whole)]));
    const head = row("th", [t("step"), t("characters before"), t("after"), t("lines before"), t("after"), t("documents before"), t("after"), t("documents changed")]);
    body.replaceChildren(...(details.open ? [element("table", {}, head, ...rows)] : []));
  };
  details.addEventListener("toggle", build);
  store.watch(["data"], ({ data }) => {
    details.hidden = !data.whole;
    build();
  });
  return details;
}
