/** After the guess: what the student and the model gave each candidate, and the surprise of either at the truth. */
import { element, setText } from "../kit/dom.js";
import { fixed, percent } from "../kit/format.js";
import { quotedToken, tokenSpan } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { shareOf } from "./game.js";

export function createAnswer(store) {
  const rows = element("div", { class: "guess-rows" });
  const words = element("p", { class: "caption", role: "status" });
  const panel = element("section", { class: "panel", hidden: true, aria: { label: t("You and the model") } }, element("div", { class: "panel-heading" }, element("h2", { text: t("You and the model") })), words, rows);
  store.watch(["answer"], ({ answer, chips, hidden }) => {
    panel.hidden = !answer;
    if (!answer) return;
    const values = answer.rows.map((row) => ({ ...row, mine: shareOf(chips, row.id, hidden.vocabulary) }));
    const truth = values.find(({ id }) => id === answer.truth);
    const most = Math.max(...values.flatMap(({ mine, share }) => [mine, share]));
    rows.replaceChildren(...values.map(({ id, text, share, mine }) => element("div", { class: `guess-compare${id === answer.truth ? " truth" : ""}` },
      tokenSpan(text), element("span", { class: "guess-bars" }, bar("mine", mine / most), bar("theirs", share / most)),
      element("span", { class: "number", text: percent(mine) }), element("span", { class: "number theirs-number", text: percent(share) }))));
    setText(words, t("It was {token}. You gave it {mine}: a surprise of {cost} nats. The model gave it {theirs}: {modelCost} nats.", { token: quotedToken(truth.text), mine: percent(truth.mine), cost: fixed(answer.mine), theirs: percent(truth.share), modelCost: fixed(answer.theirs) }));
  });
  return panel;
}

function bar(kind, share) {
  const node = element("span", { class: `guess-bar ${kind}` });
  node.style.width = `${100 * share}%`;
  return node;
}
