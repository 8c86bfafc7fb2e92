/** Patching: two sentences, and a map of where the difference between their answers is carried. */
import { element, segmented, setText } from "../kit/dom.js";
import { fixed, percent } from "../kit/format.js";
import { quotedToken, tokenSpan, visibleToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { wordsWith } from "../inside/asked.js";
import { createGrid } from "./grid.js";
import { headName, joined } from "./names.js";
import { createPredict } from "./predict.js";
import { createTables } from "./table.js";

const LONGEST = 2000;
const CLEAR = 0.3; // logits between the two answers; below, shares of the difference say little

export function createPatching({ again, redraw, origin }) {
  let shown = null;
  let kind = "residual";
  let other = "";
  const kinds = { residual: t("stream"), attention: t("attention"), mlp: t("MLP"), heads: t("heads") };
  const chooseKind = segmented({ label: t("What is taken from the first sentence"), chosen: kind, choices: Object.entries(kinds).map(([value, text]) => ({ value, text })), onChoose(value) { kind = value; redraw(); } });
  const field = element("input", { type: "text", class: "own-field", maxlength: LONGEST, autocomplete: "off", spellcheck: "false", dir: "auto", placeholder: t("A second sentence with as many tokens, one of them another"), aria: { label: t("Second sentence") } });
  const form = element("form", { class: "own", onsubmit(event) { event.preventDefault(); other = field.value; again(); } }, field, element("button", { type: "submit", class: "button", text: t("Compare") }));
  const pair = element("div", { class: "pair" });
  const grid = createGrid({ label: t("How much of the difference comes back"), onLock(row, column) {
    if (row !== null && recoveryAt(row, column) !== undefined) origin.open("patch.recovery", [Object.keys(kinds).indexOf(kind), row, column + firstOf()], given(shown));
  } });
  const firstOf = () => (kind === "heads" ? 0 : firstShown(shown));
  const recoveryAt = (row, column) => (kind === "heads" ? shown.byHead : shown.maps[kind])[row]?.[column + firstOf()];
  const caption = element("p", { class: "caption", aria: { live: "polite" } });
  const predict = createPredict();
  const tables = createTables();
  const title = t("Patching: where is the difference carried?");
  const node = element("div", { class: "panel" }, element("div", { class: "panel-heading" }, element("h2", { text: title }), element("span", { class: "unit", text: t("1: all of the difference is back · 0: nothing") }), element("span", { class: "spacer" }), chooseKind.group),
    form, pair, predict.box, grid.box, caption, tables.box);

  function draw(answer, palette) {
    shown = answer;
    pair.replaceChildren(sentenceLine(t("first"), answer.tokens, answer, 0, origin), sentenceLine(t("second"), answer.otherTokens, answer, 1, origin));
    const values = kind === "heads" ? answer.byHead : answer.maps[kind];
    const first = kind === "heads" ? 0 : firstShown(answer);
    const columns = kind === "heads" ? [...Array(answer.heads).keys()].map((head) => t("head {head}", { head: head + 1 })) : answer.tokens.map((token, at) => heading(token, answer.otherTokens[at])).slice(first);
    grid.draw({
      corner: t("layer"), columns,
      rows: [...Array(answer.layers).keys()].map((layer) => ({
        head: String(layer + 1),
        cells: (values[layer] ?? Array(columns.length + first).fill(null)).map((value, at) => ({ value, at })).slice(first).map(({ value, at }) => ({
          text: value === null ? "…" : Math.abs(value) < 0.005 ? "·" : fixed(value), tint: palette.signed.at(0.5 + Math.max(-0.5, Math.min(0.5, value / 2))),
          label: kind === "heads" ? t("Head {head} taken from the first sentence: {share} of the difference is back.", { head: headName(layer, at), share: fixed(value) })
            : t("{kind} of layer {layer} at {token} (position {row}) taken from the first sentence: {share} of the difference is back.", { kind: kinds[kind], layer: layer + 1, token: quotedToken(answer.tokens[at]), row: at + 1, share: fixed(value) }),
        })),
      })),
      note: kind === "residual" ? t("The stream as each layer reads it; before the changed token both runs are the same, so those places are left out.") : t("What these parts add, taken from the run of the first sentence."),
    });
    caption.replaceChildren(...(answer.left ? [t("{count} of {all} rows are still to come.", { count: answer.left, all: 4 * answer.layers })] : wordsWith(captionOf(answer), {
      clean: origin.number(fixed(answer.clean), "patch.clean", [], given(answer)), corrupted: origin.number(fixed(answer.corrupted), "patch.corrupted", [], given(answer)),
    })));
    if (!answer.left) predict.show(questionOf(answer));
    tables.show(() => [...Object.keys(answer.maps).map((name) => mapTable(answer, name, kinds[name], origin)), headTable(answer, origin)]);
  }
  return { node, title, question: "patching", draw, values: () => ({ other }), forget() { other = ""; field.value = ""; }, about: () => ({ kinds: Object.values(kinds) }) };
}

/** Behind a causal mask both runs are the same before the first changed token. */
const firstShown = ({ causal, tokens, otherTokens }) => (causal ? Math.max(0, tokens.findIndex((token, at) => token !== otherTokens[at]) - 1) : 0);

const heading = (token, other) => (token === other ? tokenSpan(token) : element("span", { class: "swap" }, tokenSpan(token), element("span", { class: "swapped" }, tokenSpan(other))));

/** What the comparison is about, for the server. */
const given = ({ other, target, rival }) => ({ other, token: target.id, against: rival.id });

function sentenceLine(name, tokens, answer, which, origin) {
  const share = ({ id, shares }) => origin.number(percent(shares[which]), which ? "other.share" : "probabilities", [tokens.length - 1, id], given(answer));
  return element("p", { class: "written-line" }, element("b", { text: name }), element("span", {},
    element("code", { class: "context", dir: "auto" }, tokens.map((token, at) => element("span", { class: answer.tokens[at] === answer.otherTokens[at] ? "" : "changed", text: visibleToken(token).replaceAll("·", " ") }))),
    " ", element("span", { class: "unit" }, wordsWith(t("next: {target} {first}, {rival} {second}", { target: quotedToken(answer.target.text), rival: quotedToken(answer.rival.text) }), { first: share(answer.target), second: share(answer.rival) }))));
}

function best(map) {
  let found = { layer: 0, at: 0, value: -Infinity };
  map.forEach((row, layer) => row.forEach((value, at) => { if (value > found.value) found = { layer, at, value }; }));
  return found;
}

function captionOf(answer) {
  if (Math.abs(answer.clean - answer.corrupted) < CLEAR) {
    return t("Both sentences answer nearly alike ({clean} and {corrupted} logits between {target} and {rival}), so this map is mostly noise: change a token nearer to the end.",
      { target: quotedToken(answer.target.text), rival: quotedToken(answer.rival.text) });
  }
  const [head, attention, mlp] = [best(answer.byHead), best(answer.maps.attention), best(answer.maps.mlp)];
  return joined([
    t("The first sentence scores {target} {clean} logits above {rival}, the second {corrupted}.", { target: quotedToken(answer.target.text), rival: quotedToken(answer.rival.text) }),
    t("Of single heads {head} brings back most ({value}).", { head: headName(head.layer, head.at), value: fixed(head.value) }),
    attention.value >= mlp.value ? t("Of single places most is carried by attention of layer {layer} at position {row} ({value}).", { layer: attention.layer + 1, row: attention.at + 1, value: fixed(attention.value) })
      : t("Of single places most is carried by the MLP of layer {layer} at position {row} ({value}).", { layer: mlp.layer + 1, row: mlp.at + 1, value: fixed(mlp.value) }),
  ]);
}

function questionOf(answer) {
  const changed = answer.tokens.flatMap((token, at) => (token === answer.otherTokens[at] ? [] : [at]));
  const last = answer.maps.residual.at(-1);
  const top = last.reduce((found, value, at) => (value > last[found] ? at : found), 0);
  const right = top === answer.tokens.length - 1 ? "last" : changed.includes(top) ? "changed" : "between";
  return {
    question: t("Before the last layer, where does the stream carry most of the difference?"),
    choices: [{ value: "changed", text: t("still at the changed token") }, { value: "between", text: t("at a token between") }, { value: "last", text: t("at the last token") }], right,
    because: t("At position {row} ({token}): {value} of it comes back from there.", { row: top + 1, token: quotedToken(answer.tokens[top]), value: fixed(last[top]) }),
  };
}

const recovery = (answer, origin, kind, layer) => (value, at) => origin.number(fixed(value, 3), "patch.recovery", [kind, layer, at], given(answer));

const mapTable = (answer, name, words, origin) => ({ title: t("Recovery: {kind}", { kind: words }), heads: [t("layer"), ...answer.tokens.map(visibleToken)], rows: answer.maps[name].map((row, layer) => [String(layer + 1), ...row.map(recovery(answer, origin, Object.keys(answer.maps).indexOf(name), layer))]) });
const headTable = (answer, origin) => ({ title: t("Recovery: {kind}", { kind: t("heads") }), heads: [t("layer"), ...[...Array(answer.heads).keys()].map((head) => String(head + 1))], rows: answer.byHead.map((row, layer) => [String(layer + 1), ...row.map(recovery(answer, origin, 3, layer))]) });
