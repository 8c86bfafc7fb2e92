/** A pattern as a plane of cells: rows look, columns are looked at; click or arrows choose a cell. */
import { element, setText } from "../kit/dom.js";
import { percent } from "../kit/format.js";
import { quotedToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";

const LARGEST = 460; // pixels
const SMALLEST_CELL = 4;

/** createPlane({label, onChoose(query, key)}); draw({pattern, tokens, cell: [q, k], changed: [[q, k]], causal}, palette). */
export function createPlane({ label, onChoose }) {
  const canvas = element("canvas", { class: "plane", tabindex: "0", role: "application", aria: { label: `${label}. ${t("Arrow keys move.")}` } });
  const readout = element("p", { class: "note", aria: { live: "polite" } });
  const box = element("div", { class: "plane-box" }, canvas, readout);
  let shown = null;
  let size = 1;

  const cellUnder = (event) => {
    const frame = canvas.getBoundingClientRect();
    const at = (place, start, length) => Math.max(0, Math.min(shown.tokens.length - 1, Math.floor(((place - start) / length) * shown.tokens.length)));
    return [at(event.clientY, frame.top, frame.height), at(event.clientX, frame.left, frame.width)];
  };
  const allowed = ([query, key]) => (shown.causal ? [query, Math.min(key, query)] : [query, key]);
  canvas.addEventListener("pointermove", (event) => { if (shown) read(allowed(cellUnder(event))); });
  canvas.addEventListener("pointerleave", () => { if (shown) read(shown.cell); });
  canvas.addEventListener("click", (event) => { if (shown) onChoose(...allowed(cellUnder(event))); });
  canvas.addEventListener("keydown", (event) => {
    const move = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1] }[event.key];
    if (!move || !shown) return;
    event.preventDefault();
    event.stopPropagation();
    const last = shown.tokens.length - 1;
    onChoose(...allowed(shown.cell.map((at, axis) => Math.max(0, Math.min(last, at + move[axis])))));
  });

  function read([query, key]) {
    setText(readout, t("{query} (position {row}) gives {key} (position {column}) {share}.",
      { query: quotedToken(shown.tokens[query]), row: query + 1, key: quotedToken(shown.tokens[key]), column: key + 1, share: percent(shown.pattern[query][key]) }));
  }

  function draw(next, palette) {
    shown = next;
    const { pattern, tokens, cell, changed } = next;
    const room = Math.min(LARGEST * palette.scale, box.clientWidth || LARGEST);
    size = Math.max(SMALLEST_CELL, Math.floor(room / tokens.length));
    const side = size * tokens.length;
    const ratio = window.devicePixelRatio || 1;
    canvas.width = side * ratio;
    canvas.height = side * ratio;
    canvas.style.width = `${side}px`;
    const pen = canvas.getContext("2d");
    pen.scale(ratio, ratio);
    pen.fillStyle = palette.panel;
    pen.fillRect(0, 0, side, side);
    pattern.forEach((row, query) => row.forEach((weight, key) => {
      if (next.causal && key > query) return;
      pen.fillStyle = palette.attention.at(Math.sqrt(weight));
      pen.fillRect(key * size, query * size, size - (size > 6 ? 1 : 0), size - (size > 6 ? 1 : 0));
    }));
    pen.lineWidth = 2;
    pen.strokeStyle = palette.gradients;
    for (const [query, key] of changed) pen.strokeRect(key * size, query * size, size - 1, size - 1);
    pen.strokeStyle = palette.muted;
    pen.strokeRect(0, cell[0] * size, side, size);
    pen.strokeStyle = palette.selected;
    pen.strokeRect(cell[1] * size, cell[0] * size, size, size);
    read(cell);
  }
  return { box, draw };
}
