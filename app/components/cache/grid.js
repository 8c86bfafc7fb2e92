/** The cache as it lies in memory: for each layer a band of keys and one of values, for each token a column of numbers;
 *  empty room stays open. */
import { element, prefersReducedMotion } from "../kit/dom.js";
import { fitCanvas } from "../kit/plot.js";
import { isWhitespace, visibleToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";

const DRAWN = 128; // columns
const NUMBER = 2; // pixels; one number of a vector
const GAP = 8; // between two layers
const HEAD = 24;
const GUTTER = 44;

/** createGrid({onChoose({layer, place} | null)}); draw({contents, tokens, layers, context, largest, chosen, palette, scale}). */
export function createGrid({ onChoose }) {
  const canvas = element("canvas", {
    class: "cache-grid", tabindex: "0", role: "img", "data-keys": true, aria: { label: t("The cache: arrow keys move, Escape lets go") },
  });
  const node = element("div", { class: "cache-frame" }, canvas);
  let shown = null;
  let layout = null;
  const watcher = new ResizeObserver(() => paint());
  watcher.observe(node);

  const cellAt = ({ offsetX, offsetY }) => {
    if (!layout) return null;
    const column = Math.floor((offsetX - layout.left) / layout.step);
    const layer = Math.floor((offsetY - layout.top) / layout.layer);
    if (layer < 0 || layer >= shown.layers || column < 0 || column >= layout.columns.length) return null;
    return { layer, place: layout.columns[column].place };
  };
  canvas.addEventListener("click", (event) => onChoose(cellAt(event)));
  canvas.addEventListener("keydown", (event) => {
    const shift = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] }[event.key];
    if (event.key === "Escape") onChoose(null);
    if (!shift || !layout) return;
    event.preventDefault();
    event.stopPropagation();
    const { columns } = layout;
    const here = shown.chosen ?? { layer: 0, place: columns.at(-1).place - shift[1] };
    const place = Math.min(Math.max(here.place + shift[1], columns[0].place), columns.at(-1).place);
    onChoose({ layer: Math.min(Math.max(here.layer + shift[0], 0), shown.layers - 1), place });
  });

  function paint() {
    if (!shown || !node.clientWidth) return;
    const { contents, tokens, layers, context, numbers, largest, chosen, palette, scale } = shown;
    const [dot, head, left, gap] = [NUMBER, HEAD, GUTTER, GAP].map((pixels) => Math.round(pixels * scale));
    const band = numbers * dot;
    const layerHeight = 2 * band + 2 + gap;
    canvas.style.height = `${head + layers * layerHeight}px`;
    const { context: pen, width } = fitCanvas(canvas);
    const room = Math.min(context, DRAWN);
    const columns = contents.columns.slice(-room);
    const step = (width - left - 2) / room;
    layout = { left, top: head, layer: layerHeight, step, columns };
    const wide = Math.max(step - (step > 6 ? 1 : 0), 0.6);
    pen.font = palette.smallFont;
    pen.textBaseline = "middle";
    for (let layer = 0; layer < layers; layer += 1) {
      const top = head + layer * layerHeight;
      pen.fillStyle = palette.muted;
      pen.textAlign = "left";
      if (band >= 10) pen.fillText(String(layer + 1), 0, top + band);
      pen.textAlign = "right";
      [["keys", "K", top], ["values", "V", top + band + 2]].forEach(([kind, letter, y]) => {
        pen.fillStyle = palette.muted;
        if (band >= 10) pen.fillText(letter, left - 6, y + band / 2);
        pen.fillStyle = palette.panel;
        pen.fillRect(left, y, room * step, band);
        columns.forEach((column, at) => column[kind][layer].forEach((value, number) => {
          pen.fillStyle = palette.signed.at(0.5 + value / largest[kind][layer] / 2);
          pen.fillRect(left + at * step, y + number * dot, wide, dot);
        }));
      });
    }
    drawHeads(pen, { columns, tokens, left, step, head, palette });
    const fresh = Math.min(contents.fresh, columns.length);
    pen.strokeStyle = palette.ink;
    pen.lineWidth = 2;
    pen.strokeRect(left + (columns.length - fresh) * step - 1, head - 2, Math.max(fresh * step, 2), layers * layerHeight - gap + 3);
    const at = chosen ? columns.findIndex(({ place }) => place === chosen.place) : -1;
    if (at < 0) return;
    pen.strokeStyle = palette.selected;
    pen.strokeRect(left + at * step - 1, head + chosen.layer * layerHeight - 1, wide + 2, 2 * band + 4);
  }
  return {
    node,
    draw(next) {
      shown = next;
      canvas.setAttribute("aria-label", `${next.words} ${t("Arrow keys move over the cells, Escape lets go.")}`);
      paint();
      if (next.slid && !prefersReducedMotion()) canvas.animate([{ transform: "translateX(18px)", opacity: 0.5 }, { transform: "none", opacity: 1 }], { duration: 220, easing: "ease-out" });
    },
    stop: () => watcher.disconnect(),
  };
}

function drawHeads(pen, { columns, tokens, left, step, head, palette }) {
  if (step < 9) return;
  pen.textAlign = "center";
  pen.font = palette.smallFont.replace(/px .*/, `px ${palette.mono}`);
  columns.forEach(({ place }, at) => {
    const text = visibleToken(tokens[place] ?? "");
    pen.fillStyle = isWhitespace(tokens[place] ?? " ") ? palette.muted : palette.ink;
    const shown = text.length * 7 > step ? text.slice(0, Math.max(1, Math.floor(step / 7))) : text;
    pen.fillText(shown, left + (at + 0.5) * step, head / 2);
  });
}
