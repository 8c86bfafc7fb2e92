/** One token: what came before, its loss and rank, and the likeliest tokens now and then, side by side. */
import { element } from "../kit/dom.js";
import { fixed, number, percent, probability } from "../kit/format.js";
import { tokenSpan, visibleToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { wordsWith } from "../inside/asked.js";
import { asked, figure } from "../inside/numbers.js";
import { nameOf } from "./captions.js";
import { ordered } from "./reading.js";

const CONTEXT = 24; // tokens before it that are shown

/** The token in focus: under the pointer, else locked, else the hardest one; null where nothing was predicted. */
export function focusOf({ now, hovered, locked }) {
  const fits = (position) => position !== null && (now.losses[position] ?? null) !== null;
  if (fits(hovered)) return hovered;
  if (fits(locked)) return locked;
  return ordered(now, (position) => now.losses[position])[0] ?? null;
}

/** Where the other reading foretold the same place: its token that begins there; null where it did not. */
export function placeThen({ laid }, position) {
  const piece = laid?.pieces.find(({ now: [from, to] }) => position >= from && position < to);
  return piece && piece.thenLoss !== null ? piece.then : null;
}

export function createDetail(store, origin) {
  const panel = element("section", { class: "panel detail", aria: { label: t("One token") } });
  store.watch(["now", "then", "laid", "hovered", "locked", "unit"], (state) => {
    const position = state.now ? focusOf(state) : null;
    panel.hidden = position === null;
    if (position === null) return;
    const context = state.now.tokens.slice(Math.max(0, position - CONTEXT), position).map(visibleToken).join("");
    const columns = [columnOf(state.now, position, state, origin)];
    const place = state.then ? placeThen(state, position) : null;
    if (place) columns.push(columnOf(state.then, place[0], state, origin, place[1] - place[0]));
    panel.replaceChildren(
      element("p", { class: "after" }, t("After"), " ", element("bdi", { class: "context", text: context }), " ", t("came"), " ", element("b", { class: "it" }, tokenSpan(state.now.tokens[position]))),
      element("div", { class: "columns" }, columns));
  });
  return panel;
}

function columnOf(reading, position, state, origin, pieces = 1) {
  const ask = (text, key, ...at) => figure(origin, text, asked(reading.asks, key, position, ...at));
  const token = reading.ids?.[position];
  const loss = reading.losses[position];
  const own = reading.tokens[position] === state.now.tokens[focusOf(state)] ? "" : t("its token here: {token}", { token: visibleToken(reading.tokens[position]) });
  return element("div", { class: "column" }, element("h3", { text: nameOf(reading, state) }),
    element("p", { class: "equation", dir: "ltr" }, "−ln ", element("span", { class: "probability" }, token === undefined ? number(Math.exp(-loss)) : ask(number(Math.exp(-loss)), "text.share", token)), " = ", element("b", {}, ask(fixed(loss), "text.loss")), " ", element("span", { class: "unit", text: t("nats") })),
    element("p", { class: "note" }, [
      wordsWith(t("{bits} bits"), { bits: ask(fixed(loss / Math.LN2), "text.bits") }), rankOf(reading, position, ask), expectedOf(reading, position, ask), own ? [own] : [],
      pieces > 1 ? [t("the first of {count} tokens for it", { count: pieces })] : [],
    ].filter((part) => part.length).flatMap((part, place) => (place ? [" · ", ...part] : part))),
    element("ol", { class: "expected" }, rowsOf(reading, position).map((row) => rowOf(row, ask))));
}

function rankOf({ ranks, vocabulary, top }, position, ask) {
  const rank = ranks[position];
  if (rank === null) return [t("not among its first {count} choices", { count: top(position).length })];
  if (rank === 1) return [t("its first choice")];
  return wordsWith(vocabulary ? t("its choice number {rank} of {vocabulary}", { vocabulary }) : t("its choice number {rank}"), { rank: ask(String(rank), "text.rank") });
}

/** Whether this loss is a lot: what the model itself expected to lose there. */
const expectedOf = ({ expected }, position, ask) => (expected[position] === null ? [] : wordsWith(t("it expected a loss of {loss} nats here"), { loss: ask(fixed(expected[position]), "text.expected") }));

function rowsOf(reading, position) {
  const rows = reading.top(position);
  if (rows.some(({ truth }) => truth)) return rows;
  return [...rows, { token: reading.tokens[position], share: Math.exp(-reading.losses[position]), truth: true, id: reading.ids?.[position] }];
}

function rowOf({ token, share, truth, id }, ask) {
  const bar = element("span", { class: "expected-bar" });
  bar.style.width = `${share * 100}%`;
  return element("li", { class: truth ? "expected-row truth" : "expected-row", aria: { label: `${visibleToken(token)} ${percent(share)} ${truth ? t("true") : ""}` } },
    element("bdi", { class: "expected-token" }, tokenSpan(token)), element("span", { class: "expected-track" }, bar),
    element("span", { class: "number" }, id === undefined ? probability(share) : ask(probability(share), "text.share", id)), element("span", { class: "truth-mark", text: truth ? t("true") : "" }));
}
