/** The text as tokens: chips with their ids, borders in sight, the model's horizon drawn, linked with the table by hovering. */
import { element, segmented, setText } from "../kit/dom.js";
import { tokenSpan, visibleToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { boundsSentence, textCaption, tokenSentence, uncoveredSentence } from "./captions.js";
import { groupsOf } from "./groups.js";

const COPIED_FOR = 1600;

export function createChips(store) {
  const row = element("div", { class: "chips", role: "listbox", tabindex: "-1", aria: { label: t("Tokens of the text") } });
  const reading = element("p", { class: "note reading" });
  const caption = element("p", { class: "caption", aria: { live: "polite" } });
  const lost = element("p", { class: "notice", hidden: true });
  const bounds = element("p", { class: "note" });
  const show = segmented({
    label: t("Show"), chosen: store.state.show, onChoose: (chosen) => store.set({ show: chosen }),
    choices: [{ value: "both", text: t("text and ids") }, { value: "text", text: t("text") }, { value: "ids", text: t("ids") }],
  });
  const panel = element("section", { class: "chips-panel", aria: { label: t("Tokens of the text") } },
    element("div", { class: "panel-heading" }, element("h2", { text: t("The same text as tokens") }), element("span", { class: "spacer" }), show.group, copyButton(store)),
    row, reading, bounds, caption, lost);

  let chips = [];
  store.watch(["data"], ({ data }) => {
    const rows = new Map(data.rows.map((one) => [one.id, one]));
    chips = data.tokens.map(([id, text, kind], position) => createChip({ id, text, kind, position, data, row: rows.get(id) }));
    row.replaceChildren(...laidOut(chips, data));
    const words = uncoveredSentence(data);
    lost.hidden = !words;
    setText(lost, words);
    setText(bounds, boundsSentence(data));
    setText(caption, textCaption(data));
  });
  store.watch(["data", "show"], (state) => { row.dataset.show = state.show; });
  store.watch(["data", "hovered", "locked"], ({ hovered, locked, data }) => {
    const id = hovered ?? (locked === null ? null : chips[locked]?.id);
    chips.forEach((chip, position) => {
      chip.node.classList.toggle("same", id !== null && chip.id === id);
      chip.node.setAttribute("aria-selected", String(position === locked));
      chip.node.tabIndex = position === (locked ?? 0) ? 0 : -1;
    });
    const seen = data.rows.find((one) => one.id === id);
    setText(reading, seen ? tokenSentence(seen.text, id, seen) : t("Point at a token to see it in the table and wherever else it stands; click one to see how it was made."));
  });
  store.watch(["waiting"], ({ waiting }) => row.classList.toggle("waiting", waiting));
  link(row, () => chips, store);
  return panel;
}

function createChip({ id, text, kind, position, data, row }) {
  const node = element("span", { class: `chip ${kind}`, role: "option", aria: { label: tokenSentence(text, id, row) } },
    element("span", { class: "chip-text" }, markSpan(text)), element("span", { class: "chip-id mono", text: String(id) }));
  node.dataset.position = position;
  node.classList.toggle("alternate", position % 2 === 1);
  node.classList.toggle("beyond", position >= data.context);
  return { node, id, text };
}

/** An accent or a vowel sign alone needs something to stand on. */
function markSpan(text) {
  const span = tokenSpan(text);
  if (/^\p{M}/u.test(text)) span.textContent = `◌${text}`;
  return span;
}

/** A newline ends the drawn line too; where the model's sight ends, a mark says so; what makes one character stands together. */
function laidOut(chips, data) {
  return groupsOf(chips.length, data.starts, data.text).flatMap(({ from, to, text }) => {
    const inside = chips.slice(from, to);
    const horizon = data.context >= from && data.context < to && data.context > 0
      ? [element("span", { class: "horizon", text: t("the model sees {context} tokens at once: up to here", { context: data.context }) })] : [];
    const broken = inside.at(-1).text.includes("\n") ? [element("span", { class: "line-break", role: "presentation" })] : [];
    return [...horizon, inside.length === 1 ? inside[0].node : togetherNode(inside, text), ...broken];
  });
}

/** Several tokens that spell one character: the character above, whole, its tokens below. */
function togetherNode(chips, text) {
  const name = t("{character} takes {count} tokens", { character: visibleToken(text), count: chips.length });
  return element("span", { class: "together", role: "group", title: name, aria: { label: name } },
    element("span", { class: "together-text", dir: "auto", text: visibleToken(text), aria: { hidden: "true" } }),
    element("span", { class: "together-chips" }, chips.map(({ node }) => node)));
}

/** One listener for all chips: hovering shows, click locks, arrows move, Escape releases. */
function link(row, chips, store) {
  const at = (event) => Number(event.target.closest?.(".chip")?.dataset.position ?? -1);
  const hover = (event) => { const position = at(event); store.set({ hovered: position < 0 ? null : chips()[position].id }); };
  row.addEventListener("pointerover", hover);
  row.addEventListener("focusin", hover);
  row.addEventListener("pointerleave", () => store.set({ hovered: null }));
  row.addEventListener("focusout", () => store.set({ hovered: null }));
  row.addEventListener("click", (event) => {
    const position = at(event);
    if (position >= 0) store.set({ locked: store.state.locked === position ? null : position });
  });
  row.addEventListener("keydown", (event) => {
    const position = at(event);
    const move = (to) => chips()[Math.max(0, Math.min(chips().length - 1, to))].node.focus();
    const actions = {
      ArrowRight: () => move(position + 1), ArrowLeft: () => move(position - 1), Home: () => move(0), End: () => move(Infinity),
      Enter: () => event.target.click(), " ": () => event.target.click(), Escape: () => store.set({ locked: null, hovered: null }),
    };
    if (position < 0 || !actions[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    actions[event.key]();
  });
}

function copyButton(store) {
  const button = element("button", { type: "button", class: "button small", text: t("Copy ids"), aria: { live: "polite" } });
  button.addEventListener("click", async () => {
    const ids = store.state.data.tokens.map(([id]) => id);
    const done = await navigator.clipboard?.writeText(`[${ids.join(", ")}]`).then(() => true, () => false);
    setText(button, done ? t("{count} ids copied", { count: ids.length }) : t("Copying is not allowed here"));
    setTimeout(() => setText(button, t("Copy ids")), COPIED_FOR);
  });
  return button;
}
