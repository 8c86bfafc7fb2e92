/** The text as tokens: chips with their ids, borders in sight, the model's horizon drawn, linked with the table by hovering. */
import { askIds } from "../kit/ask.js";
import { element, segmented, setText } from "../kit/dom.js";
import { count } from "../kit/format.js";
import { tokenSpan, visibleToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { boundsSentence, textCaption, tokenSentence, uncoveredSentence } from "./captions.js";
import { groupsOf } from "./groups.js";

const COPIED_FOR = 1600;

export function createChips(store, base) {
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
    element("div", { class: "panel-heading" }, element("h2", { text: t("The same text as tokens") }), element("span", { class: "spacer" }), show.group, copyButton(store, base)),
    row, reading, bounds, caption, lost);

  let chips = [];
  let drawn = [];
  store.watch(["data"], ({ data }) => {
    const rows = new Map(data.rows.map((one) => [one.id, one]));
    const before = chips;
    chips = data.tokens.map(([id, text, kind], position) => {
      const old = before[position];
      const chip = old && old.id === id && old.text === text && old.kind === kind ? old : createChip({ id, text, kind, position });
      name(chip, rows.get(id), position >= horizonOf(data));
      return chip;
    });
    const parts = partsOf(chips, data);
    renew(row, drawn, parts);
    drawn = parts;
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

function createChip({ id, text, kind, position }) {
  const node = element("span", { class: `chip ${kind}`, role: "option" },
    element("span", { class: "chip-text" }, markSpan(text)), element("span", { class: "chip-id mono", text: String(id) }));
  node.dataset.position = position;
  node.classList.toggle("alternate", position % 2 === 1);
  return { node, id, text, kind, sentence: "" };
}

/** What a screen reader says of a chip, and whether the model sees it still: touched only where that has changed. */
function name(chip, row, beyond) {
  const sentence = tokenSentence(chip.text, chip.id, row);
  if (chip.sentence !== sentence) chip.node.setAttribute("aria-label", sentence);
  chip.sentence = sentence;
  chip.node.classList.toggle("beyond", beyond);
}

/** An accent or a vowel sign alone needs something to stand on. */
function markSpan(text) {
  const span = tokenSpan(text);
  if (/^\p{M}/u.test(text)) span.textContent = `◌${text}`;
  return span;
}

/** Where a text has to end to be seen at once; a model that counts moves along any text. */
const horizonOf = ({ context, seer }) => (seer === "counts" ? Infinity : context);

/** [{inside, text, horizon, nodes()}], one part for each character or token that stands alone. A newline ends the drawn line too; where the
 *  model's sight ends, a mark says so; what makes one character stands together. */
function partsOf(chips, data) {
  return groupsOf(chips.length, data.starts, data.text).map(({ from, to, text }) => {
    const inside = chips.slice(from, to);
    const horizon = horizonOf(data) >= from && horizonOf(data) < to && data.context > 0;
    const nodes = () => [
      ...(horizon ? [element("span", { class: "horizon", text: t("the model sees {context} tokens at once: up to here", { context: count(data.context) }) })] : []),
      inside.length === 1 ? inside[0].node : togetherNode(inside, text),
      ...(inside.at(-1).text.includes("\n") ? [element("span", { class: "line-break", role: "presentation" })] : []),
    ];
    return { inside, text: inside.length === 1 ? "" : text, horizon, nodes };
  });
}

/** New children of the row: parts at the beginning that are what they were stay where they are, drawn already. */
function renew(row, before, parts) {
  const same = (one, other) => other && one.text === other.text && one.horizon === other.horizon
    && one.inside.length === other.inside.length && one.inside.every((chip, index) => chip === other.inside[index]);
  let kept = 0;
  while (kept < parts.length && same(parts[kept], before[kept])) {
    parts[kept].drawn = before[kept].drawn;
    kept += 1;
  }
  for (const part of before.slice(kept)) for (const node of part.drawn) node.remove();
  for (const part of parts.slice(kept)) part.drawn = part.nodes();
  row.append(...parts.slice(kept).flatMap(({ drawn }) => drawn));
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

function copyButton(store, base) {
  const button = element("button", { type: "button", class: "button small", text: t("Copy ids"), aria: { live: "polite" } });
  button.addEventListener("click", async () => {
    setText(button, await copied(store.state.data, base).catch(() => t("Copying is not allowed here")));
    setTimeout(() => setText(button, t("Copy ids")), COPIED_FOR);
  });
  return button;
}

/** All ids, those that are not drawn too. */
async function copied({ tokens, counts, source, text }, base) {
  const ids = counts.tokens > tokens.length ? (await askIds(base, { source, text })).ids : tokens.map(([id]) => id);
  await write(`[${ids.join(", ")}]`);
  return t("{count} ids copied", { count: ids.length });
}

/** Where a page comes without encryption, as from a teacher's machine to a class, only the old way copies. */
async function write(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const field = element("textarea", { class: "visually-hidden" });
  field.value = text;
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  if (!done) throw new Error("refused");
  return undefined;
}
