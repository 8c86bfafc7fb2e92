/** What q and k went through before they were compared, row by row with the real numbers: projected, normed, turned, × gain. */
import { element, setText } from "../kit/dom.js";
import { fixed, number } from "../kit/format.js";
import { inkOn } from "../kit/theme.js";
import { t } from "../kit/words.js";

const STAGES = ["projected", "normed", "turned"];

/** `asks(node, letter, stage, index)` makes a cell a number to press. */
export function createPath(asks) {
  const summary = element("summary", { text: t("What q and k went through") });
  const frame = element("div", { class: "table-frame", tabindex: "0" });
  const details = element("details", { class: "values path" }, summary, frame);
  let last = null;

  details.addEventListener("toggle", () => { if (last) draw(...last); });

  function draw(state, key) {
    last = [state, key];
    const { vectors, query } = state;
    const stages = STAGES.filter((stage) => `q ${stage}` in vectors.parts);
    setText(summary, stages.length ? t("What q and k went through") : t("What q and k went through: the model of this moment is not kept"));
    frame.hidden = !stages.length;
    if (!details.open || !stages.length) { frame.replaceChildren(); return; }
    const rows = [...rowsOf(vectors, "q", query), ...rowsOf(vectors, "k", key)];
    frame.replaceChildren(
      element("p", { class: "note", text: sentence(vectors, query) }),
      ...rows.map(({ label, values, letter, stage }) => stripOf(label, values, state.palette, (node, index) => asks(node, letter, stage, index))),
    );
  }

  return { details, draw };
}

/** The stages of one token's row, and the row itself at the end. */
function rowsOf({ parts, dHead }, letter, position) {
  const rowAt = (name) => parts[name].subarray(position * dHead, (position + 1) * dHead);
  const stages = STAGES.filter((stage) => `${letter} ${stage}` in parts);
  const before = stages.map((stage) => ({ label: label(letter, stage), values: rowAt(`${letter} ${stage}`), letter, stage }));
  return [...before, { label: letter, values: rowAt(letter), letter, stage: null }];
}

function label(letter, stage) {
  return { projected: t("x·W for {letter}", { letter }), normed: t("{letter} normed", { letter }), turned: t("{letter} turned", { letter }) }[stage];
}

/** What each stage did, with its numbers. */
function sentence({ parts, dHead, qkNorm, rotary }, query) {
  const row = (name) => parts[name].subarray(query * dHead, (query + 1) * dHead);
  const words = [t("The normed vector of the token times W gives the first row.")];
  if (qkNorm) words.push(t("The norm brings its length from {before} to √{size} = {after}, so that only directions are compared.",
    { before: number(lengthOf(row("q projected"))), size: dHead, after: number(lengthOf(row("q normed" in parts ? "q normed" : "q"))) }));
  if (rotary) words.push(t("Each pair of numbers is turned by an angle that grows with the position, here {position} (the first token has 0): the product then depends on the distance.", { position: query }));
  const gain = gainOf(parts, row);
  if (gain !== null) words.push(t("q is multiplied by the learned sharpness of this head, {gain}.", { gain: number(gain) }));
  return words.join(" ");
}

/** What this head multiplies its queries by: one stage more than the keys have. */
function gainOf(parts, row) {
  const last = STAGES.filter((stage) => `q ${stage}` in parts).at(-1);
  return `k ${last}` in parts ? null : lengthOf(row("q")) / lengthOf(row(`q ${last}`));
}

const lengthOf = (values) => Math.sqrt(values.reduce((total, value) => total + value * value, 0));

function stripOf(name, values, palette, asks) {
  const limit = Math.max(1e-9, ...Array.from(values, Math.abs));
  const block = element("div", { class: "path-row" }, element("span", { class: "row-label", text: name }));
  for (const [index, value] of values.entries()) {
    const cell = asks(element("span", { class: "cell", text: fixed(value) }), index);
    cell.style.background = palette.signed.at(((value / limit) * 0.8 + 1) / 2);
    cell.style.color = inkOn(cell.style.background);
    block.append(cell);
  }
  return block;
}
