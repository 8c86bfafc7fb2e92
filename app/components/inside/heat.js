/** One tensor as a heat strip: a row a token, a cell a number; hover reads, click or arrow keys and Enter choose. */
import { element } from "../kit/dom.js";
import { fixed } from "../kit/format.js";
import { fitCanvas } from "../kit/plot.js";
import { inkOn } from "../kit/theme.js";
import { visibleToken } from "../kit/tokens.js";

const LETTER = 7.4; // pixels of a letter of a label
const HEAD = 20;
const WIDEST_CELL = 46;
const NUMBER_FROM = 37; // pixels that a written number needs
const TALLEST_ROW = 22;
const LOWEST_ROW = 4;
const TALL = 400; // pixels that many rows share before they scroll with the page
const LONGEST_LABEL = 6;

/** `hover({row, column} or null, event)`, `pick({row, column})`; places count from the first row of the whole tensor. */
export function createHeat({ hover, pick }) {
  const canvas = element("canvas", { class: "heat", tabindex: "0", role: "group" });
  const cells = document.createElement("canvas");
  let shown = null;
  let painted = "";
  let cursor = null; // where the keys are

  const placeAt = (event) => {
    if (!shown) return null;
    const row = Math.floor((event.offsetY - shown.top) / shown.height) + shown.first;
    const column = strongest(row, event.offsetX - shown.left);
    return row >= shown.first && row < shown.first + shown.rows && column >= 0 && column < shown.columns ? { row, column } : null;
  };
  /** The column under a pixel; where many share one, the one that the pixel shows. */
  function strongest(row, x) {
    const { tensor, pitch, columns, first } = shown;
    const from = Math.floor(x / pitch);
    if (pitch >= 1 || row < first || row >= first + tensor.rows || from < 0) return from;
    const last = Math.min(columns, Math.ceil((x + 1) / pitch));
    let best = from;
    for (let column = from; column < last; column += 1) {
      if (size(tensor, row - first, column) > size(tensor, row - first, best)) best = column;
    }
    return best;
  }

  canvas.addEventListener("pointermove", (event) => hover(placeAt(event), event));
  canvas.addEventListener("pointerleave", () => hover(null));
  canvas.addEventListener("click", (event) => { const place = placeAt(event); if (place) pick(place); });
  canvas.addEventListener("keydown", (event) => {
    if (!shown || event.ctrlKey || event.metaKey || event.altKey) return;
    const far = event.shiftKey ? 8 : 1;
    const moves = { ArrowLeft: [0, -far], ArrowRight: [0, far], ArrowUp: [-far, 0], ArrowDown: [far, 0] };
    const here = cursor ?? shown.chosen ?? { row: shown.first, column: 0 };
    if (moves[event.key]) {
      cursor = {
        row: Math.max(shown.first, Math.min(shown.first + shown.rows - 1, here.row + moves[event.key][0])),
        column: Math.max(0, Math.min(shown.columns - 1, here.column + moves[event.key][1])),
      };
      hover(cursor);
    } else if (event.key === "Enter") pick(here);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  canvas.addEventListener("blur", () => { cursor = null; hover(null); });

  /** {tensor, tokens, across (tokens over the columns, or null), share, limit, palette, width, chosen, hovered, regions,
   *  row (the chosen token), reveal 0..1, label} */
  function show(next) {
    const { tensor, palette, width, tokens, across } = next;
    const scale = palette.scale;
    const longest = LETTER * Math.max(...tokens.map((token) => cut(token).length));
    const left = Math.min(width / 4, (12 + longest) * scale);
    const height = Math.max(LOWEST_ROW, Math.min(TALLEST_ROW * scale, (next.tall ?? TALL) / tensor.rows));
    const pitch = Math.min(WIDEST_CELL * scale, (width - left - 2) / tensor.columns);
    const upright = pitch >= 44 * scale || tokens.every((token) => [...visibleToken(token)].length < 2);
    const top = (across && !upright ? 12 + longest : HEAD) * scale;
    shown = { ...next, upright, rows: tensor.rows, columns: tensor.columns, first: tensor.first, left, top, height, pitch };
    canvas.style.width = `${Math.max(40, Math.ceil(left + pitch * tensor.columns + 2))}px`;
    canvas.style.height = `${Math.ceil(top + height * tensor.rows + 3)}px`;
    canvas.setAttribute("aria-label", next.label);
    Object.assign(canvas.dataset, { left, top, rows: tensor.rows, head: next.head ?? "" });
    paint(next);
    const { context: pen } = fitCanvas(canvas);
    pen.imageSmoothingEnabled = false;
    const visible = Math.max(1, Math.round(tensor.rows * (next.reveal ?? 1)));
    pen.drawImage(cells, 0, 0, cells.width, visible, left, top, pitch * tensor.columns, height * visible);
    if (pitch >= NUMBER_FROM * scale && height >= 15 * scale) write(pen, visible);
    labels(pen, tokens, across);
    if (tensor.rows > 1) outline(pen, { row: next.row, column: null }, palette.muted, 1);
    for (const region of next.regions ?? []) outline(pen, region, palette.selected, 2);
    if (next.hovered) outline(pen, next.hovered, palette.ink, 1.5);
    if (next.chosen) outline(pen, next.chosen, palette.selected, 3);
  }

  /** A pixel a number; of a row with more numbers than pixels, each pixel shows the strongest of its own. */
  function paint({ tensor, palette, share, limit, stamp }) {
    const bins = Math.min(tensor.columns, Math.max(1, Math.floor(shown.pitch * tensor.columns)));
    const name = `${stamp} ${tensor.key} ${limit} ${bins}`;
    if (painted === name) return;
    painted = name;
    cells.width = bins;
    cells.height = tensor.rows;
    const pen = cells.getContext("2d");
    const image = pen.createImageData(bins, tensor.rows);
    const words = new Uint32Array(image.data.buffer);
    const ramp = (share ? palette.attention : palette.signed).words;
    const hidden = palette.surprise.words[0]; // the page's own colour: nothing is there
    for (let row = 0; row < tensor.rows; row += 1) {
      for (let bin = 0; bin < bins; bin += 1) {
        const value = tensor.values[row * tensor.columns + (bins === tensor.columns ? bin : peak(tensor, row, bin, bins))];
        const level = Number.isFinite(value) ? Math.round(255 * (share ? value / limit : 0.5 + (0.5 * value) / limit)) : -1;
        words[row * bins + bin] = level < 0 ? hidden : ramp[Math.min(255, level)];
      }
    }
    pen.putImageData(image, 0, 0);
  }

  function write(pen, visible) {
    const { tensor, palette, left, top, pitch, height, share, limit } = shown;
    pen.font = `${11 * palette.scale}px ${palette.mono}`;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    for (let row = 0; row < visible; row += 1) {
      for (let column = 0; column < tensor.columns; column += 1) {
        const value = tensor.values[row * tensor.columns + column];
        const finite = Number.isFinite(value);
        pen.fillStyle = finite ? inkOn((share ? palette.attention : palette.signed).at(share ? value / limit : 0.5 + (0.5 * value) / limit)) : palette.muted;
        pen.fillText(short(value), left + (column + 0.5) * pitch, top + (row + 0.5) * height + 0.5);
      }
    }
  }

  function labels(pen, tokens, across) {
    const { palette, left, top, height, pitch, rows, first, columns, row: chosen } = shown;
    const scale = palette.scale;
    pen.textBaseline = "middle";
    pen.textAlign = "right";
    const every = Math.ceil((12 * scale) / height);
    for (let row = 0; row < rows; row += 1) {
      const at = row + first;
      const here = at === chosen;
      if (!here && (row % every !== 0 || (every > 1 && Math.abs(at - chosen) < every))) continue;
      pen.font = `${here ? "600 " : ""}${12 * scale}px ${palette.mono}`;
      pen.fillStyle = here ? palette.ink : palette.muted;
      pen.fillText(cut(tokens[at] ?? ""), left - 6, top + (row + 0.5) * height);
    }
    pen.font = `${11 * scale}px ${palette.mono}`;
    pen.fillStyle = palette.muted;
    pen.textAlign = "center";
    const step = Math.max(1, Math.ceil(((across ? 10 : 12 + LETTER * String(columns).length) * scale) / pitch));
    for (let column = 0; column < columns; column += step) {
      const x = left + (column + 0.5) * pitch;
      if (!across) { if (column === 0 || (columns - column) * pitch > 4 * scale * String(columns).length) pen.fillText(String(column), x, top - 9 * scale); } else if (shown.upright) pen.fillText(cut(across[column]), x, top - 9 * scale);
      else slanted(pen, cut(across[column]), x, top - 5);
    }
  }

  function slanted(pen, text, x, y) {
    pen.save();
    pen.translate(x, y);
    pen.rotate(-Math.PI / 2);
    pen.textAlign = "left";
    pen.fillText(text, 0, 0);
    pen.restore();
  }

  function outline(pen, { row, column }, colour, line) {
    const { left, top, height, pitch, rows, columns, first } = shown;
    if (row !== null && (row < first || row >= first + rows)) return;
    const [x, wide] = column === null ? [left, pitch * columns] : [left + column * pitch, pitch];
    const [y, tall] = row === null ? [top, height * rows] : [top + (row - first) * height, height];
    pen.strokeStyle = colour;
    pen.lineWidth = line;
    pen.strokeRect(x - 0.5, y - 0.5, Math.max(wide, 3) + 1, tall + 1);
  }

  return { canvas, show };
}

const size = ({ values, columns }, row, column) => { const value = values[row * columns + column]; return Number.isFinite(value) ? Math.abs(value) : -1; };

/** Which of a bin's columns is the strongest. */
function peak(tensor, row, bin, bins) {
  const last = Math.floor(((bin + 1) * tensor.columns) / bins);
  let best = Math.floor((bin * tensor.columns) / bins);
  for (let column = best + 1; column < last; column += 1) if (size(tensor, row, column) > size(tensor, row, best)) best = column;
  return best;
}

/** A number in a cell: 0.12, −3.4, 120, −∞. */
export function short(value) {
  if (!Number.isFinite(value)) return fixed(value);
  const size = Math.abs(value);
  return fixed(value, size < 10 ? 2 : size < 100 ? 1 : 0);
}

function cut(token) {
  const letters = [...visibleToken(token)];
  return letters.length > LONGEST_LABEL ? `${letters.slice(0, LONGEST_LABEL - 1).join("")}…` : letters.join("");
}

const known = new WeakMap();

/** {low, high} of the finite values, worked out once for each array. */
export function rangeOf(values) {
  if (!known.has(values)) {
    let [low, high] = [Infinity, -Infinity];
    for (const value of values) {
      if (!Number.isFinite(value)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
    known.set(values, { low, high });
  }
  return known.get(values);
}

/** The strongest colour: the largest finite size. */
export function limitOf(values) {
  const { low, high } = rangeOf(values);
  return Math.max(Math.abs(low), Math.abs(high), 0) || 1;
}
