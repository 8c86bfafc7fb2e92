/** The model before and after an operation: next-token bars, the loss, the loss of each token, and what it writes on. */
import { element, renew, setText } from "../kit/dom.js";
import { fixed, percent } from "../kit/format.js";
import { rove } from "../kit/rove.js";
import { quotedToken, visibleToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { wordsWith } from "../inside/asked.js";
import { shareBars } from "./bars.js";
import { createChips } from "./chips.js";
import { joined, signed } from "./names.js";

const STRONGEST = 2; // nats more or less: the full tint

/** createOutcome({onPlace, number}); draw(answer of "surgery", palette). `number(text, key, at)` draws a number of the answer. */
export function createOutcome({ onPlace, number }) {
  const losses = element("p", { class: "loss-line", role: "status" });
  const chips = createChips({ label: t("Tokens of the sentence: choose where to guess the next one"), onChoose: onPlace });
  const heading = element("h3");
  const bars = element("div");
  const settle = rove(bars, "button", { lines: "li" });
  const written = element("div", { class: "written" });
  const node = element("div", { class: "outcome" },
    element("div", { class: "outcome-part" }, element("h3", { text: t("Loss of each token: orange is worse now, blue is better") }), chips.row, losses),
    element("div", { class: "outcome-part" }, heading, element("p", { class: "bar-legend note", aria: { hidden: "true" } }, element("span", { class: "key before" }), t("as trained"), element("span", { class: "key after" }), t("now")), bars),
    written);

  function draw(answer, palette) {
    const { before, after, tokens, position, candidates } = answer;
    const changes = after.losses.map((loss, at) => (loss === null ? null : loss - before.losses[at]));
    chips.draw({
      tokens, chosen: position,
      tints: changes.map((change) => (change === null || Math.abs(change) < 0.005 ? "" : palette.signed.at(0.5 - Math.max(-0.5, Math.min(0.5, change / (2 * STRONGEST)))))),
      labels: tokens.map((token, at) => (changes[at] === null ? t("{token}: nothing comes before it", { token: quotedToken(token) })
        : t("{token}: {before} nats as trained, {after} now", { token: quotedToken(token), before: fixed(before.losses[at]), after: fixed(after.losses[at]) }))),
    });
    losses.replaceChildren(...wordsWith(t("Loss {before} → {after} nats per token ({change})."), {
      before: number(fixed(before.loss, 3), "plain.mean", []), after: number(fixed(after.loss, 3), "cut.mean", []), change: number(signed(after.loss - before.loss, 3), "cut.rise", []),
    }), " ", ...(changes[position] === null ? [] : wordsWith(t("{token} alone: {before} → {after}."), {
      token: quotedToken(tokens[position]), before: number(fixed(before.losses[position]), "plain.loss", [position]), after: number(fixed(after.losses[position]), "cut.loss", [position]),
    })));
    setText(heading, t("What comes after {token}?", { token: quotedToken(tokens[position]) }));
    renew(bars, shareBars(candidates, { number: ({ id, ...shares }, which) => number(percent(shares[which]), which === "before" ? "probabilities" : "cut.share", [position, id]) }));
    settle();
    drawWritten(answer);
  }

  function drawWritten({ written: both, tokens }) {
    written.hidden = !both || (!both.before.length && !both.after.length);
    if (written.hidden) return;
    const same = both.before.join("") === both.after.join("");
    const opening = tokens.slice(-12).join("");
    const line = (name, pieces, other) => element("p", { class: "written-line" }, element("b", { text: name }),
      element("code", { class: "context", dir: "auto" }, element("span", { class: "muted", text: drawn(opening) }),
        pieces.map((piece, at) => element("span", { class: other && piece !== other[at] ? "changed" : "", text: drawn(piece) }))));
    written.replaceChildren(element("h3", { text: t("It writes on, always taking the likeliest token") }), line(t("as trained"), both.before), line(t("now"), both.after, both.before),
      element("p", { class: "note", text: same ? t("The text stays the same.") : t("The first change is at token {place}.", { place: both.after.findIndex((piece, at) => piece !== both.before[at]) + 1 }) }));
  }
  return { node, draw };
}

const drawn = (text) => visibleToken(text).replaceAll("·", " ");

/** One sentence on what an operation did. */
export function outcomeCaption({ before, after, candidates, tokens, position }) {
  const was = candidates.reduce((best, one) => (one.before > best.before ? one : best));
  const is = candidates.reduce((best, one) => (one.after > best.after ? one : best));
  const values = { token: quotedToken(tokens[position]), was: quotedToken(was.text), is: quotedToken(is.text), before: percent(was.before), after: percent(is.after), kept: percent(was.after) };
  const change = after.loss - before.loss;
  const loss = Math.abs(change) < 0.005 ? t("The loss hardly moves.") : change > 0 ? t("The loss rises by {change} nats per token.", { change: fixed(change) }) : t("The loss even falls by {change} nats per token.", { change: fixed(-change) });
  return joined([loss, was === is ? t("After {token} the likeliest stays {was}: {before}, now {kept}.", values) : t("After {token} the likeliest was {was} ({before}); now it is {is} ({after}).", values)]);
}
