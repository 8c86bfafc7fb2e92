/** The text as a whole: loss, perplexity and bits per byte of what is read now and of what lies beside it. */
import { element } from "../kit/dom.js";
import { fixed, number } from "../kit/format.js";
import { t } from "../kit/words.js";
import { asked, figure } from "../inside/numbers.js";
import { nameOf } from "./captions.js";
import { together } from "./pieces.js";
import { figuresOf } from "./reading.js";

export function createFigures(store, against, origin) {
  const body = element("tbody");
  const heads = [t("read by"), t("tokens"), t("nats per token"), t("perplexity"), t("bits per byte")];
  const note = element("p", { class: "note" });
  store.watch(["now", "then", "laid"], (state) => {
    const rows = [state.now, state.then].filter(Boolean).map((reading) => rowOf(reading, state, origin));
    body.replaceChildren(...rows);
    note.replaceChildren(...noteOf(state));
    note.hidden = !note.textContent;
  });
  return element("div", { class: "whole" },
    element("div", { class: "table-frame" }, element("table", { class: "figures" }, element("thead", {}, element("tr", {}, heads.map((text) => element("th", { text, scope: "col" })))), body)), against, note);
}

function rowOf(reading, state, origin) {
  const figures = figuresOf(reading);
  const cells = figures ? [
    String(figures.tokens), ...[["text.mean", fixed(figures.loss, 3)], ["text.perplexity", number(figures.perplexity)], ["text.bits_per_byte", fixed(figures.bitsPerByte, 3)]].map(([key, text]) => figure(origin, text, asked(reading.asks, key))),
  ] : ["0", "–", "–", "–"];
  return element("tr", {}, element("th", { scope: "row", text: nameOf(reading, state) }), cells.map((cell) => element("td", {}, cell)));
}

/** Other tokens are other questions: only the same bytes are a fair comparison. */
function noteOf({ now, then, laid }) {
  if (!laid || laid.same) return [];
  const { nowLoss, thenLoss, bytes } = together(laid, now);
  if (!bytes) return [];
  const perByte = (nats) => fixed(nats / Math.LN2 / bytes, 3);
  return [t("Their tokens differ, so losses per token and perplexities cannot be compared. Over the {bytes} bytes that both foretold: {now} against {then} bits per byte.", { bytes, now: perByte(nowLoss), then: perByte(thenLoss) })];
}
