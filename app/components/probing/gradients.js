/** Gradients: how each token's own vector pushes the next guess, beside where attention looked; and how far back blame goes. */
import { element, renew, setText } from "../kit/dom.js";
import { fixed, percent } from "../kit/format.js";
import { rove } from "../kit/rove.js";
import { quotedToken, tokenSpan, visibleToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { createChips } from "./chips.js";
import { createGrid } from "./grid.js";
import { joined, ranksAgree, signed } from "./names.js";
import { createPredict } from "./predict.js";
import { createTables } from "./table.js";
import { targetButtons } from "./targets.js";

const FAINTEST = 1 / 1000; // of the longest gradient, where the logarithmic scale ends
const SHOWN = 14; // tokens with bars; all of them carry a tint above and stand in the table

export function createGradients({ start, again, origin }) {
  let place = start.place ?? null;
  let token = null;
  let shown = null;
  const chips = createChips({ label: t("Tokens of the sentence: choose where to guess the next one"), onChoose(next) { place = next; token = null; again(); } });
  const targets = element("div", { class: "targets" });
  const pushes = element("div", { class: "pushes" });
  const caption = element("p", { class: "caption", aria: { live: "polite" } });
  const predict = createPredict();
  const grid = createGrid({ label: t("Length of the gradient of the loss, by layer and token"), onLock(row, column) { if (row !== null) origin.open("grad.site", [row, column]); } });
  const tables = createTables();
  const settles = [rove(targets, "button"), rove(pushes, "button", { lines: "li" })];
  const title = t("Gradients: what would move the guess?");
  const node = element("div", { class: "panel" }, element("div", { class: "panel-heading" }, element("h2", { text: title }),
    element("span", { class: "unit", text: t("gradient × input on ln p · grey: mean attention of that place") })),
  chips.row, targets, predict.box, pushes, caption, element("h3", { text: t("Gradient of the mean loss at the residual stream: where a small change would matter") }), grid.box, tables.box);

  function draw(answer, palette) {
    shown = answer;
    const largest = Math.max(1e-9, ...answer.scores.map(Math.abs));
    chips.draw({
      tokens: answer.tokens, chosen: answer.position, tints: answer.scores.map((score) => (score ? palette.signed.at(0.5 + (0.5 * score) / largest) : "")),
      labels: answer.tokens.map((one, at) => t("{token}: gradient × input {score}, attention {share}", { token: quotedToken(one), score: signed(answer.scores[at], 3), share: percent(answer.attention[at]) })),
    });
    renew(targets, element("span", { class: "label", text: t("the guess") }), ...targetButtons(answer.candidates, answer.token, (id) => { token = id; again(); }));
    renew(pushes, pushRows(answer, largest, origin));
    settles.forEach((settle) => settle());
    setText(caption, captionOf(answer));
    predict.show(questionOf(answer));
    drawSites(answer, palette);
    tables.show(() => [tableOf(answer, origin)]);
  }

  function drawSites(answer, palette) {
    const longest = Math.max(1e-9, ...answer.sites.flat());
    grid.draw({
      corner: "", columns: answer.tokens.map(tokenSpan),
      rows: answer.sites.map((lengths, layer) => ({
        head: layer === 0 ? t("embedding") : t("layer {layer}", { layer }),
        cells: lengths.map((length, at) => ({
          text: "", tint: palette.attention.at(1 + Math.log10(Math.max(FAINTEST, length / longest)) / -Math.log10(FAINTEST)),
          label: t("{where}, {token}: the gradient of the mean loss is {length} long.", { where: layer === 0 ? t("embedding") : t("layer {layer}", { layer }), token: quotedToken(answer.tokens[at]), length: fixed(length, 4) }),
        })),
      })),
      note: t("Strong colour: a small change here would change the loss most. The scale is logarithmic, down to a thousandth of the longest. The last token has none at the end: nothing follows it."),
    });
  }
  return { node, title, question: "gradients", draw, values: () => ({ ...(place === null ? {} : { position: place }), ...(token === null ? {} : { token }) }), forget() { place = null; token = null; }, view: () => ({ place: shown?.position ?? null }) };
}

/** The tokens that either witness names, in the order of the text. */
function shownOf(answer, largest) {
  const most = Math.max(1e-9, ...answer.attention);
  const weight = (at) => Math.max(Math.abs(answer.scores[at]) / largest, answer.attention[at] / most);
  return seenOf(answer).sort((first, second) => weight(second) - weight(first)).slice(0, SHOWN).sort((first, second) => first - second);
}

const seenOf = (answer) => [...answer.scores.keys()].filter((at) => !answer.causal || at <= answer.position);
const nameOf = (answer) => quotedToken(answer.candidates.find(({ id }) => id === answer.token).text);

const figureOf = ({ position, token }, origin) => (text, key, at) => origin.number(text, key, [at], { position, token });

function pushRows(answer, largest, origin) {
  const figure = figureOf(answer, origin);
  const most = Math.max(1e-9, ...answer.attention);
  return element("ol", { class: "signed-rows push-rows" }, shownOf(answer, largest).map((at) => {
    const score = answer.scores[at];
    const bar = element("span", { class: `signed-bar ${score < 0 ? "against" : "for"}`, style: `width:${((50 * Math.abs(score)) / largest).toFixed(1)}%;${score < 0 ? "right" : "left"}:50%` });
    const looked = element("span", { class: "mini looked", style: `width:${((100 * answer.attention[at]) / most).toFixed(1)}%` });
    return element("li", { class: "push-row" }, element("span", { class: "signed-name" }, tokenSpan(answer.tokens[at]), element("span", { class: "unit", text: ` ${at + 1}` })), element("span", { class: "signed-track", aria: { hidden: "true" } }, bar),
      element("span", { class: "number" }, figure(signed(score, 3), "grad.score", at)), element("span", { class: "mini-track", aria: { hidden: "true" } }, looked), element("span", { class: "number muted" }, figure(percent(answer.attention[at]), "grad.looks", at)));
  }));
}

function captionOf(answer) {
  const seen = seenOf(answer);
  const by = (values) => seen.reduce((best, at) => (values(at) > values(best) ? at : best));
  const [push, pull, looked] = [by((at) => answer.scores[at]), by((at) => -answer.scores[at]), by((at) => answer.attention[at])];
  const agree = ranksAgree(seen.map((at) => Math.abs(answer.scores[at])), seen.map((at) => answer.attention[at]));
  const words = [t("{push} pushes most towards {next} ({score}); attention looks most at {looked} ({share}).",
    { push: quotedToken(answer.tokens[push]), next: nameOf(answer), score: signed(answer.scores[push], 3), looked: quotedToken(answer.tokens[looked]), share: percent(answer.attention[looked]) })];
  if (answer.scores[pull] < 0) words.push(t("{pull} pushes most away from it ({score}).", { pull: quotedToken(answer.tokens[pull]), score: signed(answer.scores[pull], 3) }));
  if (seen.length > 2) words.push(t("Their orders agree by {agree} (rank correlation).", { agree: fixed(agree) }));
  return joined(words);
}

function questionOf(answer) {
  const seen = seenOf(answer);
  const strongest = seen.reduce((best, at) => (Math.abs(answer.scores[at]) > Math.abs(answer.scores[best]) ? at : best));
  const back = Math.abs(answer.position - strongest);
  return {
    question: t("How far back is the token that moves this guess most, either way?"),
    choices: [{ value: 0, text: t("the token itself") }, { value: 1, text: t("the one before") }, { value: 2, text: t("further back") }], right: Math.min(2, back),
    because: t("It is {token}, {back} back.", { token: quotedToken(answer.tokens[strongest]), back }),
  };
}

const tableOf = (answer, origin, figure = figureOf(answer, origin)) => ({
  title: t("Gradient × input"), heads: [t("position"), t("token"), t("gradient × input"), t("length of the gradient"), t("mean attention")],
  rows: answer.tokens.map((token, at) => [String(at + 1), visibleToken(token), figure(fixed(answer.scores[at], 5), "grad.score", at), figure(fixed(answer.lengths[at], 5), "grad.length", at), figure(fixed(answer.attention[at], 4), "grad.looks", at)]),
});
