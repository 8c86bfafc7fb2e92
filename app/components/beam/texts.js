/** Three texts of one model under each other: each token with the probability that the model gave it. */
import { element } from "../kit/dom.js";
import { fixed, percent } from "../kit/format.js";
import { quotedToken, tokenSpan } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { bitsEach, totalOf } from "./reading.js";

/** draw({texts: [{name, mark, tokens}], penalty}) */
export function createTexts() {
  const node = element("div", { class: "beam-texts" });
  return {
    node,
    draw({ texts, penalty }) {
      node.replaceChildren(...texts.map(({ name, mark, tokens }) => element("div", { class: "beam-text", role: "group", aria: { label: name } },
        element("div", { class: "beam-text-head" }, element("span", { class: "beam-mark", text: mark, aria: { hidden: "true" } }), element("strong", { text: name }),
          element("span", { class: "note", text: figures(tokens, penalty) })),
        element("div", { class: "beam-chips" }, tokens.map(chip)))));
    },
  };
}

function figures(tokens, penalty) {
  const values = { total: fixed(totalOf(tokens)), bits: fixed(bitsEach(tokens)), score: fixed(tokens.at(-1)?.score) };
  return penalty > 0 ? t("ln p = {total}, score {score}, {bits} bits a token", values) : t("ln p = {total}, {bits} bits a token", values);
}

function chip({ text, nats }) {
  const share = Math.exp(nats);
  const bar = element("span", { class: "beam-bar" }, element("span"));
  bar.firstChild.style.height = `${Math.max(2, 100 * share)}%`;
  const words = `${quotedToken(text)}: ${percent(share)}`;
  return element("span", { class: "beam-chip", title: words, role: "img", aria: { label: words } }, bar, tokenSpan(text), element("span", { class: "beam-share", text: percent(share) }));
}
