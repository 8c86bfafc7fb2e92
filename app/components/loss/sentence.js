/** The probe sentence: each token carries its surprise as a bar and a tint; one token is worked out below it. */
import { element, setText } from "../kit/dom.js";
import { fixed, percent } from "../kit/format.js";
import { inkOn } from "../kit/theme.js";
import { isWhitespace, quotedToken, tokenSpan } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { sentenceCaption } from "./captions.js";
import { createOwn } from "./own.js";
import { focusOf, pointInView } from "./probe_data.js";
import { createWorking } from "./working.js";

const STRONGEST = 6; // nats: a token expected once in 400 times has the full colour
const SMALLEST_CHIP = 17;
const WIDEST_CHIP = 26;

export function createSentence(store, run, base) {
  const row = element("div", { class: "probe", role: "listbox", aria: { label: t("Tokens of the sentence, with their surprise") } });
  const caption = element("p", { class: "caption", aria: { live: "polite" } });
  const empty = element("p", { class: "muted", text: t("The sentence is measured for the first time just before the first step.") });
  const working = createWorking(store, run);
  const own = createOwn(store, { base, run: run.id });
  const body = element("div", {}, row, caption, working);
  const panel = element("section", { class: "panel", aria: { label: t("Loss of each token") } },
    element("div", { class: "panel-heading" }, element("h2", { text: t("Loss of each token") }),
      element("span", { class: "unit", text: t("how surprised it is by the true next token") }), element("span", { class: "spacer" }), legend()),
    own.box, empty, body);

  let chips = [];
  let shownTokens = null;
  store.watch(["points", "selected", "own", "hovered", "locked", "palette", "size"], (state) => {
    const point = pointInView(state);
    empty.hidden = Boolean(point);
    body.hidden = !point;
    if (!point) return;
    const tokens = point.tokens.join("\u0000");
    if (tokens !== shownTokens) {
      shownTokens = tokens;
      chips = point.tokens.map((token, position) => createChip(store, token, position));
      row.replaceChildren(...chips.flatMap(({ node }, position) => (point.tokens[position] === "\n" ? [node, lineBreak()] : [node])));
      linkChips(row, chips, store);
    }
    fit(row, point.tokens, state.palette.scale);
    paint(chips, point, state, focusOf(state, point));
    setText(caption, sentenceCaption(point, run.lastStep > 0));
  });
  return panel;
}

const lineBreak = () => element("span", { class: "line-break", role: "presentation" });

function legend() {
  return element("span", { class: "legend", aria: { hidden: "true" } }, element("span", { text: t("0 sure") }),
    element("span", { class: "ramp" }), element("span", { text: t("{most}+ nats", { most: STRONGEST }) }));
}

function createChip(store, token, position) {
  const bar = element("span", { class: "chip-bar" });
  const glyph = element("span", { class: "chip-glyph" }, tokenSpan(token));
  const node = element("span", { class: "chip", role: "option", tabindex: position === 1 ? "0" : "-1" },
    element("span", { class: "chip-well" }, bar), glyph);
  node.addEventListener("pointerenter", () => store.set({ hovered: position }));
  node.addEventListener("pointerleave", () => store.set({ hovered: null }));
  node.addEventListener("focus", () => store.set({ hovered: position }));
  node.addEventListener("blur", () => store.set({ hovered: null }));
  node.addEventListener("click", () => store.set({ locked: store.state.locked === position ? null : position }));
  return { node, bar, glyph };
}

function linkChips(row, chips, store) {
  const goTo = (from, to) => {
    const next = Math.max(0, Math.min(chips.length - 1, to));
    chips[from].node.tabIndex = -1;
    chips[next].node.tabIndex = 0;
    chips[next].node.focus();
  };
  row.onkeydown = (event) => {
    const at = chips.findIndex(({ node }) => node === event.target);
    const actions = {
      ArrowRight: () => goTo(at, at + 1), ArrowLeft: () => goTo(at, at - 1), Home: () => goTo(at, 0), End: () => goTo(at, Infinity),
      Enter: () => chips[at].node.click(), " ": () => chips[at].node.click(), Escape: () => store.set({ locked: null, hovered: null }),
    };
    if (at < 0 || !actions[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    actions[event.key]();
  };
}

/** One line if every character stays readable, else wrapped at its line ends; longer tokens take their own width. */
function fit(row, tokens, scale) {
  const single = tokens.every((token) => [...token].length === 1);
  const even = row.clientWidth / tokens.length;
  const oneLine = single && even >= SMALLEST_CHIP * scale;
  row.classList.toggle("one-line", oneLine);
  row.classList.toggle("pieces", !single);
  row.style.setProperty("--chip-width", `${oneLine ? Math.min(even, WIDEST_CHIP * scale) : 20 * scale}px`);
}

function paint(chips, point, { palette, locked }, focus) {
  chips.forEach(({ node, bar, glyph }, position) => {
    const loss = point.losses[position];
    const share = loss === null ? 0 : Math.min(1, loss / STRONGEST);
    const tint = loss === null ? palette.chip : palette.surprise.at(share);
    glyph.style.background = tint;
    glyph.style.color = loss === null || (isWhitespace(point.tokens[position]) && share < 0.3) ? palette.muted : inkOn(tint);
    bar.style.transform = `scaleY(${share})`;
    node.classList.toggle("focused", position === focus);
    node.setAttribute("aria-selected", String(position === locked));
    node.setAttribute("aria-label", chipLabel(point.tokens[position], loss));
  });
}

function chipLabel(token, loss) {
  if (loss === null) return t("{token}: the first token, nothing to predict it from", { token: quotedToken(token) });
  return t("{token}: {loss} nats, expected with {share}", { token: quotedToken(token), loss: fixed(loss), share: percent(Math.exp(-loss)) });
}
