/** The end of the pass: the likeliest next tokens after the token in view, as bars; a bar is a number like any other. */
import { element, renew } from "../kit/dom.js";
import { percent } from "../kit/format.js";
import { rove } from "../kit/rove.js";
import { quotedToken, tokenSpan } from "../kit/tokens.js";
import { t } from "../kit/words.js";

export function createNext(store, { pick }) {
  const heading = element("h3");
  const list = element("ol", { class: "next-bars" });
  const panel = element("section", { class: "next" }, heading, list);
  const settle = rove(list, "button");

  store.watch(["overview", "row", "number"], ({ overview, row, number: chosen }) => {
    if (!overview) return;
    const truth = overview.ids[row + 1];
    heading.textContent = t("What may follow {token}", { token: quotedToken(overview.tokens[row]) });
    const most = overview.next[row][0][2] || 1;
    renew(list, ...overview.next[row].map(([id, text, share]) => {
      const bar = element("span", { class: "next-bar" });
      bar.style.width = `${(100 * share) / most}%`;
      const here = chosen?.key === "probabilities" && chosen.at[0] === row && chosen.at[1] === id;
      return element("li", {}, element("button", { type: "button", class: id === truth ? "next-token truth" : "next-token", aria: { pressed: String(here) }, onclick: () => pick("probabilities", [row, id]) },
        tokenSpan(text), element("span", { class: "next-track" }, bar), element("span", { class: "mono", text: percent(share) }),
        element("span", { class: "unit", text: id === truth ? t("came") : "" })));
    }));
    settle();
  });
  return { panel };
}
