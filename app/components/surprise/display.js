/** The text itself: each token (or piece) carries its number as a tint and as the height of a line or a bar. */
import { element, segmented, setText } from "../kit/dom.js";
import { fixed, percent } from "../kit/format.js";
import { inkOn } from "../kit/theme.js";
import { tokenSpan } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { caption, inUnit, nameOf, pieceText, signed, unitName } from "./captions.js";

export const STRONGEST = 6; // nats: a token expected once in 400 times has the full colour
const CHANGE = { token: 3, character: 1.5 }; // nats at which a change has its full colour

/** What is drawn, in order: {tokens: [from, to], value} of each token's loss, or of each piece's change. */
export function itemsOf({ now, laid, colour }) {
  if (colour === "change" && laid) return laid.pieces.map((piece) => ({ tokens: piece.now, value: piece.change }));
  return now.tokens.map((_, position) => ({ tokens: [position, position + 1], value: now.losses[position] }));
}

/** The item of a token's position. */
export const itemAt = (items, position) => items.findIndex(({ tokens: [from, to] }) => position >= from && position < to);

export function createDisplay(store) {
  const colour = segmented({
    label: t("Colour"), chosen: store.state.colour, onChoose: (value) => store.set({ colour: value }),
    choices: [{ value: "loss", text: t("loss") }, { value: "change", text: t("difference") }],
  });
  const shape = segmented({
    label: t("Shape"), chosen: store.state.shape, onChoose: (value) => store.set({ shape: value }),
    choices: [{ value: "text", text: t("text") }, { value: "bars", text: t("bars") }],
  });
  const unit = segmented({
    label: t("Unit"), chosen: store.state.unit, onChoose: (value) => store.set({ unit: value }),
    choices: [{ value: "nats", text: t("nats") }, { value: "bits", text: t("bits") }],
  });
  const legend = element("div", { class: "legend", aria: { hidden: "true" } });
  const row = element("div", { class: "shown", role: "listbox", aria: { label: t("Tokens of the text, with their loss") } });
  const words = element("p", { class: "caption", aria: { live: "polite" } });
  const panel = element("section", { class: "panel", aria: { label: t("Loss of each token") } },
    element("div", { class: "panel-heading" }, colour.group, shape.group, unit.group, element("span", { class: "spacer" }), legend), row, words);

  let [nodes, items, drawn] = [[], [], ""];
  linkHands(row, store, () => ({ nodes, items }));
  store.watch(["now", "laid", "then", "colour", "unit", "palette"], (state) => {
    colour.group.hidden = !state.then;
    colour.show(state.colour === "change" && state.then ? "change" : "loss");
    if (!state.now) { row.replaceChildren(); drawn = ""; setText(words, ""); return; }
    items = itemsOf(state);
    const wanted = items.map(({ tokens }) => tokens.join()).join(" ") + state.now.tokens.join("\u0000");
    if (wanted !== drawn) {
      drawn = wanted;
      nodes = items.map((item, index) => element("span", { class: "item", role: "option", tabindex: "-1", "data-index": index },
        state.now.tokens.slice(...item.tokens).map(tokenSpan)));
      row.replaceChildren(...nodes.flatMap((node, index) => between(node, state.now.tokens.slice(...items[index].tokens))));
      if (nodes.length) nodes[Math.max(0, itemAt(items, state.locked ?? 1))].tabIndex = 0;
    }
    paint(nodes, items, state);
    showLegend(legend, state);
    setText(words, caption(state));
  });
  store.watch(["shape"], (state) => row.classList.toggle("bars", state.shape === "bars"));
  store.watch(["locked", "hovered", "now", "laid", "colour", "palette"], ({ locked, hovered }) => {
    const chosen = locked === null ? -1 : itemAt(items, locked);
    const pointed = hovered === null ? -1 : itemAt(items, hovered);
    nodes.forEach((node, index) => {
      node.setAttribute("aria-selected", String(index === chosen));
      node.classList.toggle("pointed", index === pointed);
    });
  });
  return panel;
}

/** Where a line may break, and where the text itself breaks it. */
function between(node, tokens) {
  const text = tokens.join("");
  return [/^\s/.test(text) ? element("wbr") : "", node, text.includes("\n") ? element("span", { class: "line-break", role: "presentation" }) : "", /\s$/.test(text) ? element("wbr") : ""];
}

function paint(nodes, items, state) {
  const { palette, colour, laid } = state;
  const change = colour === "change" && laid;
  const strongest = change ? CHANGE[laid.same ? "token" : "character"] : STRONGEST;
  nodes.forEach((node, index) => {
    const { value } = items[index];
    const share = value === null ? 0 : Math.max(-1, Math.min(1, value / strongest));
    const tint = change ? palette.signed.at(0.5 + share / 2) : palette.surprise.at(share);
    node.style.backgroundColor = value === null ? palette.chip : tint;
    node.style.color = value === null ? palette.muted : inkOn(tint);
    node.style.setProperty("--amount", Math.abs(share));
    node.classList.toggle("change", Boolean(change));
    node.classList.toggle("worse", share < 0);
    node.setAttribute("aria-label", labelOf(state, items[index], change));
  });
}

function labelOf({ now, unit }, { tokens, value }, change) {
  const token = pieceText(now, tokens);
  if (value === null) return t("{token}: nothing to predict it from", { token });
  if (change) return t("{token}: {change} {unit}", { token, change: signed(value, unit), unit: unitName(unit) });
  return t("{token}: {loss} {unit}, expected with {share}", { token, loss: fixed(inUnit(value, unit)), unit: unitName(unit), share: percent(Math.exp(-value)) });
}

function showLegend(legend, state) {
  const { colour, laid, unit, now, then } = state;
  if (colour === "change" && laid) {
    const most = fixed(inUnit(CHANGE[laid.same ? "token" : "character"], unit), 1);
    const per = laid.same ? t("{unit} per token", { unit: unitName(unit) }) : t("{unit} per character", { unit: unitName(unit) });
    legend.replaceChildren(element("span", { text: t("{name} better", { name: nameOf(then, state) }) }), element("span", { text: `−${most}` }),
      element("span", { class: "ramp signed" }), element("span", { text: `+${most}` }), element("span", { text: t("{name} better", { name: nameOf(now, state) }) }), element("span", { text: per }));
    return;
  }
  legend.replaceChildren(element("span", { text: t("0 sure") }), element("span", { class: "ramp" }),
    element("span", { text: t("{most}+ {unit}", { most: fixed(inUnit(STRONGEST, unit), unit === "bits" ? 1 : 0), unit: unitName(unit) }) }));
}

/** Hover and focus read a token, click and Enter lock it, Escape releases, arrows move. */
function linkHands(row, store, drawn) {
  const indexOf = (event) => Number(event.target.closest?.(".item")?.dataset.index ?? -1);
  const read = (event) => {
    const index = indexOf(event);
    if (index >= 0) store.set({ hovered: drawn().items[index].tokens[0] });
  };
  const leave = () => store.set({ hovered: null });
  const lock = (index) => {
    const position = drawn().items[index].tokens[0];
    store.set({ locked: store.state.locked === position ? null : position });
  };
  row.addEventListener("pointerover", read);
  row.addEventListener("pointerleave", leave);
  row.addEventListener("focusin", read);
  row.addEventListener("focusout", leave);
  row.addEventListener("click", (event) => { if (indexOf(event) >= 0) lock(indexOf(event)); });
  row.addEventListener("keydown", (event) => {
    const at = indexOf(event);
    if (at < 0) return;
    const { nodes } = drawn();
    const goTo = (place) => {
      const next = nodes[Math.max(0, Math.min(nodes.length - 1, place))];
      nodes.forEach((node) => { node.tabIndex = node === next ? 0 : -1; });
      next.focus();
    };
    const actions = {
      ArrowRight: () => goTo(at + 1), ArrowLeft: () => goTo(at - 1), ArrowDown: () => goTo(nextRow(nodes, at, 1)), ArrowUp: () => goTo(nextRow(nodes, at, -1)),
      Home: () => goTo(0), End: () => goTo(Infinity), Enter: () => lock(at), " ": () => lock(at), Escape: () => store.set({ locked: null, hovered: null }),
    };
    if (!actions[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    actions[event.key]();
  });
}

/** The item of the next line that stands nearest below (1) or above (-1). */
function nextRow(nodes, at, way) {
  const here = nodes[at].getBoundingClientRect();
  let best = at;
  let nearest = Infinity;
  let line = null;
  for (let index = at + way; nodes[index]; index += way) {
    const box = nodes[index].getBoundingClientRect();
    if (Math.abs(box.bottom - here.bottom) < here.height / 2) continue;
    line ??= box.bottom;
    if (Math.abs(box.bottom - line) > here.height / 2) break;
    if (Math.abs(box.left - here.left) < nearest) [best, nearest] = [index, Math.abs(box.left - here.left)];
  }
  return best;
}
