/** All numbers of one choice as a table, filled only while it is open. */
import { element } from "../kit/dom.js";
import { fixed, number, probability } from "../kit/format.js";
import { rove } from "../kit/rove.js";
import { tokenSpan } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { asked, figure } from "../inside/numbers.js";
import { OTHERS } from "./sampling.js";

export function createValues({ onToggle, origin }) {
  const body = element("tbody");
  const words = [t("token"), t("id"), t("logit"), t("after penalties"), t("after temperature"), t("cut by"), t("probability"), t("slice from"), t("to")];
  const node = element("details", { class: "values", on: { toggle: () => onToggle(node.open) } },
    element("summary", { text: t("Values as a table") }),
    element("div", { class: "table-frame" },
      element("table", {}, element("thead", {}, element("tr", {}, words.map((text) => element("th", { scope: "col", text })))), body)));
  const settle = rove(body, ".figure", { lines: "tr" });
  return {
    node,
    update({ candidates, texts, given }) {
      if (!node.open) return;
      body.replaceChildren(...candidates.map((candidate) => {
        const others = candidate.id === OTHERS;
        const ask = (text, key) => figure(origin, text, others ? null : asked(given, key, candidate.id));
        const cells = [
          others ? t("{count} others", { count: candidate.count }) : tokenSpan(texts[candidate.id]), others ? "" : candidate.id, ask(number(candidate.logit), "choice.logit"),
          ask(number(candidate.score), "choice.penalised"), ask(number(candidate.scaled), "choice.scaled"), candidate.cut ? ask(candidate.cut.by, "choice.left") : "",
          ask(probability(candidate.probability), "choice.final"), ask(fixed(candidate.from, 4), "choice.from"), ask(fixed(candidate.to, 4), "choice.to"),
        ];
        return element("tr", {}, cells.map((value) => element("td", {}, value instanceof Node ? value : String(value))));
      }));
      settle();
    },
  };
}
