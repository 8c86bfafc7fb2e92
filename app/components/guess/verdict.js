/** What came, and what it costs each: whoever gave it a small share pays −ln of that share. */
import { countedText } from "../kit/counted.js";
import { element, setText } from "../kit/dom.js";
import { fixed, number, percent } from "../kit/format.js";
import { rungName } from "../kit/ladder.js";
import { quotedToken, tokenSpan } from "../kit/tokens.js";
import { t } from "../kit/words.js";

const ORDER = ["uniform", "unigram", "bigram", "trigram", "model", "you"];

export const nameOf = (who) => ({ you: t("you"), model: t("the model") })[who] ?? rungName(who);

/** A share with its number also where it is tiny, as each of ten thousand others has. */
export const shareText = (share) => (share < 0.001 ? `${number(100 * share)}\u00a0%` : percent(share));

export function createVerdict(store, { onNext }) {
  const said = element("p", { class: "said", role: "status" });
  const costs = element("table", { class: "costs" });
  const top = element("table", { class: "costs top" });
  const cut = element("p", { class: "note" });
  const next = element("button", { type: "button", class: "button primary", text: t("Next place"), on: { click: onNext } });
  const box = element("div", { class: "verdict", hidden: true }, element("div", { class: "guess-line" }, said, next), costs, cut, top);
  store.watch(["revealed"], ({ revealed }) => {
    box.hidden = !revealed;
    if (!revealed) { setText(said, ""); return; }
    const { came, logs, step } = revealed;
    setText(said, t("It was {token}. You gave it {share}: −ln of that is {cost} nats.", { token: quotedToken(came[1]), share: shareText(Math.exp(logs.you)), cost: fixed(-logs.you) }));
    setText(cut, countedText(revealed));
    const most = Math.max(...Object.values(logs).map((log) => -log));
    costs.replaceChildren(element("caption", { class: "label", text: t("What {token} cost each, in nats", { token: quotedToken(came[1]) }) }), element("tbody", {},
      ORDER.filter((who) => who in logs).map((who) => element("tr", { class: who },
        element("th", { scope: "row", text: nameOf(who) }), element("td", { class: "number", text: shareText(Math.exp(logs[who])) }),
        bar(-logs[who] / most), element("td", { class: "number", text: fixed(-logs[who]) })))));
    top.replaceChildren(element("caption", { class: "label", text: t("What the model of step {step} expected, and you", { step }) }), element("tbody", {},
      revealed.top.map((row) => element("tr", { class: row.came ? "came" : "" },
        element("th", { scope: "row" }, tokenSpan(row.text), row.came ? element("span", { class: "mark", text: ` ◂ ${t("came")}` }) : ""),
        element("td", { class: "number", text: shareText(Math.exp(row.log)) }), bar(Math.exp(row.log)),
        element("td", { class: "number", text: row.percent ? t("you: {percent} %", { percent: row.percent }) : "" })))));
  });
  return { box, next };
}

const bar = (share) => element("td", { class: "bar-cell", aria: { hidden: "true" } }, element("div", { class: "bar", style: `width: ${Math.max(0.5, 100 * share)}%` }));
