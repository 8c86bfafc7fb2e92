/** The probe sentence: one chip per token, tinted by its surprise and carrying it as a bar too, so that colour is never
 *  the only sign. What was expected instead opens below the chip under the pointer. */
import { element, setText } from "../kit/dom.js";
import { isOver } from "../kit/series.js";
import { inkOn } from "../kit/theme.js";
import { isByte, tokenSpan } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { showCandidates } from "./candidates.js";
import { chipLabel, probeCaption } from "./captions.js";
import { probeSummary, readsRightToLeft } from "./measures.js";

const STRONGEST_SURPRISE = 6;
const SMALLEST_CHIP = 18;
const WRAPPED_CHIP = 20;
const WIDEST_CHIP = 26;

export function createProbe(store, about, { lock }) {
  const sentence = element("div", { class: "probe", role: "listbox", aria: { label: t("The probe sentence, token by token") } });
  const tooltip = element("div", { class: "tooltip candidates", hidden: true });
  const caption = element("p", { class: "caption" });
  const frame = element("div", { class: "probe-frame" }, sentence, tooltip);
  const panel = element("section", { class: "panel probe-panel", aria: { label: t("Surprise by token") } }, heading(about), frame, caption);
  let chips = [];
  let shown = null;

  linkChipKeys(sentence, () => chips, store, lock);

  store.watch(["points", "selected", "palette", "size", "depth", "pointsKnown", "status"], (state, changed) => {
    const point = state.points[state.selected];
    panel.hidden = !point && state.pointsKnown && isOver(state.status);
    if (!point || (changed.size === 1 && changed.has("status"))) return;
    if (!sameTokens(shown, point.tokens)) {
      shown = point.tokens;
      chips = point.tokens.map((token, position) => createChip(store, token, position, lock));
      sentence.replaceChildren(...withLineBreaks(point.tokens, chips));
      sentence.dir = readsRightToLeft(point.tokens.join("")) ? "rtl" : "ltr";
      fitChips(sentence, chips, point.tokens, state.palette.scale);
    } else if (changed.has("size") || changed.has("palette")) fitChips(sentence, chips, point.tokens, state.palette.scale);
    paintChips(chips, point, state.palette);
    setText(caption, probeCaption(probeSummary(point.tokens, point.losses), point, state.depth, about));
  });
  store.watch(["hovered", "locked", "points", "selected", "size"], (state) => {
    chips.forEach((chip, position) => chip.node.setAttribute("aria-selected", String(position === state.locked)));
    showCandidates({ tooltip, frame, chips, point: state.points[state.selected], position: state.hovered ?? state.locked });
  });
  return { panel };
}

const sameTokens = (first, second) => first?.length === second.length && first.every((token, at) => token === second[at]);

function heading({ tokenizer }) {
  const words = { char: t("How surprised is it by each character?"), byte: t("How surprised is it by each byte?") };
  return element("div", { class: "panel-heading" },
    element("h2", { text: words[tokenizer] ?? t("How surprised is it by each token?") }), element("span", { class: "spacer" }),
    element("span", { class: "surprise-legend", aria: { hidden: "true" } },
      element("span", { text: t("0 sure") }), element("span", { class: "surprise-ramp" }),
      element("span", { text: t("{most}+ surprise, nats", { most: STRONGEST_SURPRISE }) })));
}

function createChip(store, token, position, lock) {
  const bar = element("span", { class: "chip-bar" });
  const glyph = element("span", { class: "chip-glyph" }, tokenSpan(token));
  const node = element("span", {
    class: "chip", role: "option", tabindex: position === 0 ? "0" : "-1", "aria-selected": "false",
    onpointerenter: () => store.set({ hovered: position }),
    onpointerleave: () => store.set({ hovered: null }),
    onfocus: () => store.set({ hovered: position }),
    onblur: () => store.set({ hovered: null }),
    onclick: () => lock(store.state.locked === position ? null : position),
  }, element("span", { class: "chip-bar-frame" }, bar), glyph);
  return { node, bar, glyph };
}

/** The whole sentence on one line if its characters stay readable, else wrapped at a fixed width. Tokens of several
 *  characters take the width that they need. */
function fitChips(sentence, chips, tokens, scale) {
  const single = tokens.every((token) => isByte(token) || [...token].length <= 1);
  const even = sentence.clientWidth / chips.length;
  const oneLine = single && even >= SMALLEST_CHIP * scale;
  sentence.style.setProperty("--chip-width", `${oneLine ? Math.min(even, WIDEST_CHIP * scale) : WRAPPED_CHIP * scale}px`);
  sentence.classList.toggle("one-line", oneLine);
  sentence.classList.toggle("wide-tokens", !single);
}

/** A newline token breaks the drawn line as well: the sentence keeps its shape. */
function withLineBreaks(tokens, chips) {
  return chips.flatMap(({ node }, position) =>
    (tokens[position].endsWith("\n") ? [node, element("span", { class: "line-break", role: "presentation" })] : [node]));
}

function linkChipKeys(sentence, getChips, store, lock) {
  sentence.addEventListener("keydown", (event) => {
    const chips = getChips();
    const position = chips.findIndex(({ node }) => node === event.target);
    const forward = sentence.dir === "rtl" ? -1 : 1;
    const places = { ArrowRight: position + forward, ArrowLeft: position - forward, Home: 0, End: chips.length - 1 };
    if (event.key === "Escape") { lock(null); store.set({ hovered: null }); }
    if (event.key === "Enter" || event.key === " ") { event.preventDefault(); chips[position]?.node.click(); }
    if (!Object.hasOwn(places, event.key) || position < 0) return;
    event.preventDefault();
    event.stopPropagation();
    const next = chips[Math.max(0, Math.min(chips.length - 1, places[event.key]))].node;
    chips[position].node.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  });
}

function paintChips(chips, point, palette) {
  chips.forEach(({ node, bar, glyph }, position) => {
    const loss = point.losses[position] ?? null;
    const share = loss === null ? 0 : Math.min(1, loss / STRONGEST_SURPRISE);
    const tint = loss === null ? palette.chip : palette.surprise.at(share);
    glyph.style.background = tint;
    glyph.style.color = loss === null ? palette.muted : inkOn(tint);
    bar.style.transform = `scaleY(${share})`;
    node.setAttribute("aria-label", chipLabel(point.tokens[position], loss));
  });
}
