/** The large view of one head, as lines and as a matrix side by side, with hover, click and arrow keys. */
import { element } from "../kit/dom.js";
import { fixed } from "../kit/format.js";
import { visibleToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { allSingle, widestLabel } from "./canvas.js";
import { displayTriangle } from "./display.js";
import { layoutOf } from "./layout.js";
import { createLines } from "./lines.js";
import { createMatrix } from "./matrix.js";
import { blendTriangle, triangleIndex } from "./payload.js";
import { shownHead } from "./view.js";

export function createPicture(film, store, { hiddenKeyOf, lockQuery, plate }) {
  const weights = new Float32Array(film.triangle);
  const shown = new Float32Array(film.triangle);
  const drawn = new Float32Array(film.triangle);
  const linesCanvas = element("canvas", { class: "lines", aria: { hidden: "true" } });
  const matrixCanvas = element("canvas", { class: "matrix", tabindex: "0", role: "img" });
  const tooltip = element("div", { class: "tooltip", hidden: true, dir: "auto" });
  const frame = element("div", { class: "picture" }, linesCanvas, matrixCanvas, plate, tooltip);
  const lines = createLines(film, linesCanvas);
  const matrix = createMatrix(film, matrixCanvas);
  const single = allSingle(film.tokens);
  let layout = null;

  // A tap sends no move before its click: clicking looks where it is first.
  for (const [canvas, hover] of [[linesCanvas, hoverLines], [matrixCanvas, hoverMatrix]]) {
    canvas.addEventListener("pointermove", hover);
    canvas.addEventListener("pointerleave", leave);
    canvas.addEventListener("click", (event) => { hover(event); lockHovered(); });
  }
  matrixCanvas.addEventListener("keydown", moveByArrow);

  function draw(state, changed) {
    const { palette } = state;
    if (!palette) return;
    if (!layout || changed.has("width") || changed.has("palette")) {
      const width = frame.clientWidth;
      if (width < 40) return;
      layout = layoutOf({ width, size: film.size, scale: palette.scale, single, labelWidth: widestLabel(film.tokens, palette) });
      place();
    }
    const head = shownHead(state);
    const hiddenKey = state.hideSink ? hiddenKeyOf(head) : null;
    blendTriangle(film, state.time, head.layer, head.head, weights);
    displayTriangle(weights, film.size, { scale: state.scale, hiddenKey }, shown);
    displayTriangle(weights, film.size, { scale: "linear", hiddenKey }, drawn);
    matrix.draw(layout, palette, shown, hiddenKey, state);
    lines.draw(layout, palette, shown, drawn, state);
  }

  function place() {
    frame.dataset.place = layout.place;
    frame.classList.toggle("stacked", layout.stacked);
    frame.style.setProperty("--spine", `${layout.stacked ? layout.left : layout.linesWidth}px`);
    frame.style.setProperty("--side", `${layout.side}px`);
    frame.style.setProperty("--top", `${layout.top}px`);
  }

  // ----------------------------------------------------------------- pointer

  function hoverMatrix(event) {
    if (!layout) return;
    const key = Math.floor((event.offsetX - layout.left) / layout.pitch);
    const query = Math.floor((event.offsetY - layout.top) / layout.pitch);
    if (query < 0 || query >= film.size || key >= film.size) { leave(); return; }
    const cell = key >= 0 && key <= query;
    store.set({ hoveredQuery: query, hoveredKey: cell ? key : null });
    if (cell) showTooltip(event, query, key);
    else tooltip.hidden = true;
  }

  function hoverLines(event) {
    if (!layout) return;
    const row = Math.floor((event.offsetY - layout.top) / layout.rowPitch);
    if (row < 0 || row >= film.size) { leave(); return; }
    const onKeys = event.offsetX < layout.linesWidth * 0.4;
    store.set(onKeys ? { hoveredKey: row, hoveredQuery: null } : { hoveredQuery: row, hoveredKey: null });
  }

  function leave() {
    tooltip.hidden = true;
    store.set({ hoveredQuery: null, hoveredKey: null });
  }

  /** Up and to the right of the pointer lies the masked future: the tooltip covers nothing there. */
  function showTooltip(event, query, key) {
    const weight = weights[triangleIndex(query, key)];
    const share = weight > 0 && weight < 0.005 ? t("under 0.01") : fixed(weight);
    tooltip.textContent = `${visibleToken(film.tokens[query])} ${query} → ${visibleToken(film.tokens[key])} ${key}   ${share}`;
    tooltip.hidden = false;
    const box = frame.getBoundingClientRect();
    const x = Math.max(0, Math.min(event.clientX - box.left + 8, box.width - tooltip.offsetWidth));
    tooltip.style.transform = `translate(${x}px, ${event.clientY - box.top - tooltip.offsetHeight - 8}px)`;
  }

  function lockHovered() {
    const { hoveredQuery, hoveredKey } = store.state;
    if (hoveredQuery !== null) lockQuery(hoveredQuery, hoveredKey);
  }

  function moveByArrow(event) {
    const { query, key } = store.state;
    const moves = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    if (query === null) lockQuery(film.size - 1);
    else if (move[0]) lockQuery(Math.max(0, Math.min(film.size - 1, query + move[0])));
    else lockQuery(query, Math.max(0, Math.min(query, (key ?? query) + move[1])));
  }

  store.watch(
    ["time", "scale", "hideSink", "palette", "width", "locked", "hovered", "isolated", "query", "key", "hoveredQuery", "hoveredKey"],
    draw,
  );
  return { frame, describe: (text) => matrixCanvas.setAttribute("aria-label", text) };
}
