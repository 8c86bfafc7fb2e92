/** The large view of one map, as lines and as a matrix side by side, with hover, click and arrow keys. */
import { element, setText } from "../kit/dom.js";
import { fixed, percent } from "../kit/format.js";
import { visibleToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { allSingle, widestLabel } from "./canvas.js";
import { cellIndex, keysOf } from "./cells.js";
import { createDisplay, paintOf, SHOWN } from "./display.js";
import { layoutOf } from "./layout.js";
import { createLines } from "./lines.js";
import { createMatrix } from "./matrix.js";
import { shownHead, shownQuery } from "./view.js";
import { cutTriangle, sharesOutside, stateWithin, windowOf } from "./window.js";

export function createPicture(film, store, { hiddenKeyOf, lock, lockQuery, askCell, plate }) {
  const display = createDisplay(film);
  const seen = windowOf(film, store.state);
  const linesCanvas = element("canvas", { class: "lines", aria: { hidden: "true" } });
  const matrixCanvas = element("canvas", { class: "matrix", tabindex: "0", role: "img" });
  const tooltip = element("div", { class: "tooltip", hidden: true, dir: "auto" });
  const frame = element("div", { class: "picture" }, linesCanvas, matrixCanvas, plate, tooltip);
  const outside = element("p", { class: "note outside", hidden: true });
  const lines = createLines(seen, linesCanvas);
  const matrix = createMatrix(seen, matrixCanvas);
  const single = allSingle(film.tokens);
  let layout = null;
  let now = null; // what was drawn last, for the tooltip

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
    Object.assign(seen, windowOf(film, state));
    if (!layout || ["width", "palette", "windowSize"].some((key) => changed.has(key))) {
      const width = frame.clientWidth;
      if (width < 40) return;
      layout = layoutOf({ width, size: seen.size, whole: seen.wide > 0, scale: palette.scale, single, labelWidth: widestLabel(film.tokens, palette) });
      place();
    }
    const head = shownHead(state);
    const hiddenKey = state.hideSink ? hiddenKeyOf(head) : null;
    now = display(state, head, hiddenKey);
    const [shown, drawn] = [cutTriangle(now.shown, seen), cutTriangle(now.drawn, seen)];
    const within = stateWithin(state, seen);
    const paint = paintOf(palette, now.signed);
    const inside = hiddenKey === null || hiddenKey < seen.from || hiddenKey >= seen.from + seen.size ? null : hiddenKey - seen.from;
    matrix.draw(layout, palette, paint, shown, inside, within);
    lines.draw(layout, palette, paint, shown, drawn, within);
    sayWhatLiesOutside(state);
  }

  function place() {
    frame.dataset.place = layout.place;
    frame.classList.toggle("stacked", layout.stacked);
    frame.style.setProperty("--spine", `${layout.stacked ? layout.left : layout.linesWidth}px`);
    frame.style.setProperty("--side", `${layout.side}px`);
    frame.style.setProperty("--top", `${layout.top}px`);
  }

  /** A row of the window falls short of 100 % by what it gives to tokens outside the window: nothing is left out unsaid. */
  function sayWhatLiesOutside(state) {
    outside.hidden = seen.size === film.size || (!film.wide && seen.from === 0) || now.signed;
    if (outside.hidden) return;
    const shares = sharesOutside(now.weights, seen);
    const query = shownQuery(state);
    const inside = query !== null && query >= seen.from && query < seen.from + seen.size;
    const mean = shares.reduce((total, share) => total + share, 0) / seen.size;
    const count = film.size - seen.size;
    if (film.wide) setText(outside, t("On average {share} of a row goes to the {count} tokens outside this window.", { share: percent(mean), count }));
    else setText(outside, inside
      ? t("Of the row of {position}, {share} goes to the {count} tokens before this window.", { position: query + 1, share: percent(shares[query - seen.from]), count: seen.from })
      : t("On average {share} of a row goes to the {count} tokens before this window.", { share: percent(mean), count: seen.from }));
  }

  // ----------------------------------------------------------------- pointer

  function hoverMatrix(event) {
    if (!layout) return;
    const key = Math.floor((event.offsetX - layout.left) / layout.pitch);
    const query = Math.floor((event.offsetY - layout.top) / layout.pitch);
    if (query < 0 || query >= seen.size || key >= seen.size) { leave(); return; }
    const cell = key >= 0 && key < keysOf(query, seen.wide);
    store.set({ hoveredQuery: seen.from + query, hoveredKey: cell ? seen.from + key : null });
    if (cell) showTooltip(event, seen.from + query, seen.from + key);
    else tooltip.hidden = true;
  }

  function hoverLines(event) {
    if (!layout) return;
    const row = Math.floor((event.offsetY - layout.top) / layout.rowPitch);
    if (row < 0 || row >= seen.size) { leave(); return; }
    const onKeys = event.offsetX < layout.linesWidth * 0.4;
    store.set(onKeys ? { hoveredKey: seen.from + row, hoveredQuery: null } : { hoveredQuery: seen.from + row, hoveredKey: null });
  }

  function leave() {
    tooltip.hidden = true;
    store.set({ hoveredQuery: null, hoveredKey: null });
  }

  /** Up and to the right of the pointer lies the masked future: the tooltip covers nothing there. */
  function showTooltip(event, query, key) {
    const index = cellIndex(query, key, film.wide);
    const value = now.signed
      ? `${share(now.before[index])} → ${share(now.weights[index])}`
      : share(now.weights[index]);
    tooltip.textContent = `${visibleToken(film.tokens[query])} ${query + 1} → ${visibleToken(film.tokens[key])} ${key + 1}   ${value}`;
    tooltip.hidden = false;
    const box = frame.getBoundingClientRect();
    const x = Math.max(0, Math.min(event.clientX - box.left + 8, box.width - tooltip.offsetWidth));
    tooltip.style.transform = `translate(${x}px, ${event.clientY - box.top - tooltip.offsetHeight - 8}px)`;
  }

  const share = (weight) => (weight > 0 && weight < 0.005 ? t("under 0.01") : fixed(weight));

  function lockHovered() {
    const { hoveredQuery, hoveredKey } = store.state;
    if (hoveredQuery !== null) lockQuery(hoveredQuery, hoveredKey);
  }

  /** Arrows move the cell; with Shift they change the head and the layer. */
  function moveByArrow(event) {
    const { query, key, locked } = store.state;
    if (event.key === "Enter") { event.preventDefault(); askCell(matrixCanvas); return; }
    const moves = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    if (event.shiftKey) lock(headBeside(film, locked, move));
    else if (query === null) lockQuery(film.size - 1);
    else if (move[0]) lockQuery(Math.max(0, Math.min(film.size - 1, query + move[0])));
    else lockQuery(query, Math.max(0, Math.min(keysOf(query, film.wide) - 1, (key ?? query) + move[1])));
  }

  store.watch(
    [...SHOWN, "width", "locked", "hovered", "isolated", "query", "key", "hoveredQuery", "hoveredKey", "windowSize", "windowFrom"],
    draw,
  );
  return { frame, outside, describe: (text) => matrixCanvas.setAttribute("aria-label", text) };
}

/** The head a step [layers, heads] away, round the edges. */
export function headBeside({ first, end, heads }, { layer, head }, [down, right]) {
  const layers = end - first;
  return { layer: first + (layer - first + down + layers) % layers, head: (head + right + heads) % heads };
}
