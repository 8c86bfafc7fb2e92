/** Three texts of one model under each other: each token with the probability that the model gave it. */
import { element } from "../kit/dom.js";
import { fixed, percent } from "../kit/format.js";
import { rove } from "../kit/rove.js";
import { quotedToken, tokenSpan } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { withNumbers } from "../inside/asked.js";
import { asked, figure } from "../inside/numbers.js";
import { askedPath, bitsEach, totalOf } from "./reading.js";

/** draw({texts: [{name, mark, tokens}], penalty}) */
export function createTexts({ origin }) {
  const node = element("div", { class: "beam-texts" });
  const settle = rove(node, ".beam-share .figure", { lines: ".beam-text" });
  return {
    node,
    draw({ texts, penalty, about }) {
      node.replaceChildren(...texts.map(({ name, mark, tokens }) => element("div", { class: "beam-text", role: "group", aria: { label: name } },
        element("div", { class: "beam-text-head" }, element("span", { class: "beam-mark", text: mark, aria: { hidden: "true" } }), element("strong", { text: name }),
          element("span", { class: "note" }, figures(tokens, penalty, about, origin))),
        element("div", { class: "beam-chips" }, tokens.map((token, place) => chip(token, askedPath(about, tokens.slice(0, place + 1)), origin))))));
      settle();
    },
  };
}

function figures(tokens, penalty, about, origin) {
  const values = { total: fixed(totalOf(tokens)), bits: fixed(bitsEach(tokens)), score: fixed(tokens.at(-1)?.score) };
  const { given, at } = askedPath(about, tokens);
  const ask = (text, key) => [text, figure(origin, text, asked(given, key, at))];
  return withNumbers(penalty > 0 ? t("ln p = {total}, score {score}, {bits} bits a token", values) : t("ln p = {total}, {bits} bits a token", values),
    tokens.length ? [ask(values.total, "beam.total"), ask(values.score, "beam.score"), ask(values.bits, "written.bits")] : []);
}

function chip({ text, nats, token }, { given, at }, origin) {
  const share = Math.exp(nats);
  const bar = element("span", { class: "beam-bar" }, element("span"));
  bar.firstChild.style.height = `${Math.max(2, 100 * share)}%`;
  const words = `${quotedToken(text)}: ${percent(share)}`;
  const number = figure(origin, percent(share), asked(given, "beam.share", at, token));
  return element("span", { class: "beam-chip", title: words, role: "group", aria: { label: words } }, bar, tokenSpan(text), element("span", { class: "beam-share" }, number));
}
