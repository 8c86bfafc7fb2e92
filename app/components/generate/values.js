/** All numbers of one choice as a table, filled only while it is open. */
import { element } from "../kit/dom.js";
import { fixed, number, probability } from "../kit/format.js";
import { tokenSpan } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { OTHERS } from "./sampling.js";

export function createValues({ onToggle }) {
  const body = element("tbody");
  const words = [t("token"), t("id"), t("logit"), t("after penalties"), t("after temperature"), t("cut by"), t("probability"), t("slice from"), t("to")];
  const node = element("details", { class: "values", on: { toggle: () => onToggle(node.open) } },
    element("summary", { text: t("Values as a table") }),
    element("div", { class: "table-frame" },
      element("table", {}, element("thead", {}, element("tr", {}, words.map((text) => element("th", { scope: "col", text })))), body)));
  return {
    node,
    update({ candidates, texts }) {
      if (!node.open) return;
      body.replaceChildren(...candidates.map((candidate) => {
        const others = candidate.id === OTHERS;
        const cells = [
          others ? t("{count} others", { count: candidate.count }) : tokenSpan(texts[candidate.id]), others ? "" : candidate.id, number(candidate.logit),
          number(candidate.score), number(candidate.scaled), candidate.cut?.by ?? "", probability(candidate.probability), fixed(candidate.from, 4), fixed(candidate.to, 4),
        ];
        return element("tr", {}, cells.map((value) => element("td", {}, value instanceof Node ? value : String(value))));
      }));
    },
  };
}
