/** Every number of the picture as a table, built only while it is open. */
import { element } from "../kit/dom.js";
import { fixed, probability } from "../kit/format.js";
import { rove } from "../kit/rove.js";
import { visibleToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { asked, figure } from "../inside/numbers.js";
import { nameOf, pieceText, signed } from "./captions.js";

export function createTable(store, origin) {
  const body = element("div", { class: "tables" });
  const details = element("details", { class: "values" }, element("summary", { text: t("Values as a table") }), body);
  const settle = rove(body, ".figure", { lines: "tr" });
  const build = () => { body.replaceChildren(...(details.open && store.state.now ? [tokenTable(store.state, origin), ...pieceTable(store.state)] : [])); settle(); };
  details.addEventListener("toggle", build);
  store.watch(["now", "then", "laid"], build);
  return details;
}

function table(title, heads, rows) {
  const cells = (kind, row) => element("tr", {}, row.map((cell) => element(kind, {}, cell)));
  return element("div", { class: "table-frame", tabindex: "0", role: "region", aria: { label: title } },
    element("table", {}, element("caption", { text: title }), element("thead", {}, cells("th", heads)), element("tbody", {}, rows.map((row) => cells("td", row)))));
}

function tokenTable(state, origin) {
  const { tokens, losses, ranks, expected, before, asks, ids } = state.now;
  const heads = [t("position"), t("token"), t("probability"), t("rank"), t("nats"), t("bits"), t("expected nats"), t("tokens before it")];
  const rows = tokens.map((token, position) => {
    const loss = losses[position];
    if (loss === null) return [String(position + 1), visibleToken(token), "–", "–", "–", "–", "–", "0"];
    const ask = (text, key, ...at) => figure(origin, text, text === "–" ? null : asked(asks, key, position, ...at));
    const share = probability(Math.exp(-loss));
    return [
      String(position + 1), visibleToken(token), ids ? ask(share, "text.share", ids[position]) : share, ask(String(ranks[position] ?? "–"), "text.rank"), ask(fixed(loss, 3), "text.loss"),
      ask(fixed(loss / Math.LN2, 3), "text.bits"), ask(fixed(expected[position], 3), "text.expected"), String(before[position]),
    ];
  });
  return table(nameOf(state.now, state), heads, rows);
}

function pieceTable(state) {
  if (!state.laid) return [];
  const names = [nameOf(state.now, state), nameOf(state.then, state)];
  const heads = [t("token"), ...names.map((name) => t("{name}, nats", { name })), state.laid.same ? t("saved, nats per token") : t("saved, nats per character")];
  const rows = state.laid.pieces.map(({ now, nowLoss, thenLoss, change }) => [pieceText(state.now, now), fixed(nowLoss, 3), fixed(thenLoss, 3), change === null ? "–" : signed(change)]);
  return [table(t("{first} against {second}", { first: names[0], second: names[1] }), heads, rows)];
}
