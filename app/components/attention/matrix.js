/** One map as a matrix: a row for each token that looks, a column for each token looked at. `seen` is the part of the
 *  sentence in the window, {tokens, size, wide}, and changes with it. */
import { penFor, drawToken } from "./canvas.js";
import { turnOf } from "./layout.js";
import { cellIndex, keysOf } from "./cells.js";
import { shownQuery } from "./view.js";

const SEEN = 0.012; // weights below this leave a cell and a label without tint
const GAP_FROM = 8; // cells of so many pixels are kept apart by a hair of page

export function createMatrix(seen, canvas) {
  // Large films are painted as pixels and stretched: one call instead of thousands of rectangles.
  const pixels = document.createElement("canvas");
  let image = null; // made once: half a million of these in a minute of play would be a lot to clear away

  function draw(layout, palette, paint, shown, hiddenKey, state) {
    const { side, left, top } = layout;
    const pen = penFor(canvas, left + side + 2, top + side + 8);
    pen.translate(left, top);
    if (layout.pitch >= GAP_FROM) paintCells(pen, layout, paint, shown);
    else paintPixels(pen, layout, paint, shown);
    if (hiddenKey !== null) hatchColumn(pen, layout, palette, hiddenKey);
    outlineTriangle(pen, layout, palette);
    markFocus(pen, layout, palette, state);
    labelKeys(pen, layout, palette, paint, shown, state);
    if (layout.stacked) labelRows(pen, layout, palette, state);
    pen.translate(-left, -top);
  }

  function paintCells(pen, { pitch }, paint, shown) {
    for (let query = 0; query < seen.size; query += 1) {
      for (let key = 0; key < keysOf(query, seen.wide); key += 1) {
        const value = shown[cellIndex(query, key, seen.wide)];
        if (Math.abs(value) < 0.004) continue;
        pen.fillStyle = paint.at(value);
        pen.fillRect(key * pitch, query * pitch, pitch - 1, pitch - 1);
      }
    }
  }

  function paintPixels(pen, { side }, { words: colours, scale, offset }, shown) {
    const { size } = seen;
    if (pixels.width !== size) pixels.width = pixels.height = size;
    const inner = pixels.getContext("2d");
    if (image?.width !== size) image = inner.createImageData(size, size);
    const words = new Uint32Array(image.data.buffer);
    for (let query = 0, index = 0; query < size; query += 1) {
      for (let key = 0; key < keysOf(query, seen.wide); key += 1, index += 1) words[query * size + key] = colours[(shown[index] * scale + offset + 0.5) | 0];
    }
    inner.putImageData(image, 0, 0);
    pen.imageSmoothingEnabled = false;
    pen.drawImage(pixels, 0, 0, side, side);
  }

  function outlineTriangle(pen, { pitch }, palette) {
    const edge = pitch >= GAP_FROM ? 0.5 : -0.5;
    if (seen.wide) {
      pen.strokeStyle = palette.hairline;
      pen.lineWidth = 1;
      pen.strokeRect(-edge, -edge, seen.size * pitch, seen.size * pitch);
      return;
    }
    pen.beginPath();
    pen.moveTo(-edge, -edge);
    for (let query = 0; query < seen.size; query += 1) {
      pen.lineTo((query + 1) * pitch - edge, query * pitch - edge);
      pen.lineTo((query + 1) * pitch - edge, (query + 1) * pitch - edge);
    }
    pen.lineTo(-edge, seen.size * pitch - edge);
    pen.closePath();
    pen.strokeStyle = palette.hairline;
    pen.lineWidth = 1;
    pen.stroke();
  }

  function hatchColumn(pen, { pitch, side }, palette, key) {
    pen.save();
    pen.beginPath();
    const top = seen.wide ? 0 : key * pitch;
    pen.rect(key * pitch, top, Math.max(1, pitch - 1), side - top);
    pen.clip();
    pen.beginPath();
    for (let y = top - pitch; y < side + pitch; y += 5) {
      pen.moveTo(key * pitch, y + pitch);
      pen.lineTo((key + 1) * pitch, y);
    }
    pen.strokeStyle = palette.muted;
    pen.lineWidth = 0.75;
    pen.stroke();
    pen.restore();
  }

  function markFocus(pen, layout, palette, state) {
    const { pitch, side } = layout;
    const { query, key, hoveredQuery, hoveredKey } = state;
    if (query !== null) frameRow(pen, pitch, query, palette.selected, 2);
    if (hoveredQuery !== null && hoveredQuery !== query) frameRow(pen, pitch, hoveredQuery, palette.ink, 1);
    if (hoveredKey !== null) {
      pen.strokeStyle = palette.ink;
      pen.lineWidth = 1;
      const first = seen.wide ? 0 : hoveredKey * pitch;
      pen.strokeRect(hoveredKey * pitch - 1, first - 1, pitch + 1, side - first + 1);
    }
    if (query !== null && key !== null && key < keysOf(query, seen.wide)) pointAt(pen, (key + 0.5) * pitch, (query + 1) * pitch + 1, palette.selected);
  }

  function frameRow(pen, pitch, query, colour, width) {
    pen.strokeStyle = colour;
    pen.lineWidth = width;
    pen.strokeRect(-width / 2, query * pitch - 0.5 - width / 2, keysOf(query, seen.wide) * pitch + width - 0.5, pitch + width);
  }

  function pointAt(pen, x, y, colour) {
    pen.fillStyle = colour;
    pen.beginPath();
    pen.moveTo(x, y);
    pen.lineTo(x - 4, y + 6);
    pen.lineTo(x + 4, y + 6);
    pen.fill();
  }

  /** Above each column, tinted by what the focused query gives it; what the query cannot see is muted. */
  function labelKeys(pen, layout, palette, paint, shown, state) {
    const { pitch, columns } = layout;
    const query = shownQuery(state);
    const strongest = query === null ? null : strongestOf(shown, query);
    const focused = [state.hoveredKey, strongest].filter((key) => key !== null);
    const box = (key, turn) => keyBox(layout, palette, key, turn);
    for (let key = 0; key < seen.size; key += 1) {
      const turn = turnOf(columns, key);
      if (turn < 0 || focused.some((other) => other !== key && tooClose(other, key))) continue;
      drawToken(pen, palette, seen.tokens[key], { ...box(key, turn), ...tintOf(key), muted: query !== null && key >= keysOf(query, seen.wide) });
    }
    for (const key of focused) drawToken(pen, palette, seen.tokens[key], { ...box(key, Math.max(0, turnOf(columns, key))), ...tintOf(key) });

    function tintOf(key) {
      const share = query !== null && key < keysOf(query, seen.wide) ? shown[cellIndex(query, key, seen.wide)] : 0;
      return { tint: Math.abs(share) >= SEEN ? paint.at(share) : null };
    }
    /** A label out of its turn pushes away those that it would cover. */
    function tooClose(other, key) {
      return turnOf(columns, other) < 0 && Math.abs(other - key) * pitch < (layout.single ? 10 : 14) * palette.scale;
    }
  }

  function keyBox({ pitch, top, single, labelWidth }, palette, key, turn) {
    const height = single ? 14 * palette.scale : labelWidth + 8;
    const y = single ? -4 - height / 2 - turn * height : -4 - height / 2;
    return { x: (key + 0.5) * pitch, y: Math.max(y, 2 - top + height / 2), width: Math.max(pitch, (single ? 10 : 13) * palette.scale), height, upright: !single };
  }

  function strongestOf(shown, query) {
    let best = 0;
    for (let key = 1; key < keysOf(query, seen.wide); key += 1) if (Math.abs(shown[cellIndex(query, key, seen.wide)]) > Math.abs(shown[cellIndex(query, best, seen.wide)])) best = key;
    return best;
  }

  /** Narrow screens: the matrix stands alone and names its own rows. */
  function labelRows(pen, layout, palette, state) {
    const query = shownQuery(state);
    const own = query === null ? -1 : Math.max(0, turnOf(layout.rows, query));
    for (let row = 0; row < seen.size; row += 1) {
      const turn = turnOf(layout.rows, row);
      const covered = turn === own && Math.abs(row - query) * layout.pitch < 13 * palette.scale;
      if (row === query || turn < 0 || covered) continue;
      drawToken(pen, palette, seen.tokens[row], rowBox(layout, palette, row, turn));
    }
    if (query === null) return;
    const ring = query === state.query ? palette.selected : palette.ink;
    const box = rowBox(layout, palette, query, own);
    pen.clearRect(box.x - box.width / 2, box.y - 8 * palette.scale, box.width, 16 * palette.scale);
    drawToken(pen, palette, seen.tokens[query], { ...box, height: 16 * palette.scale, ring });
  }

  function rowBox({ pitch, gutter, turn: step, single }, palette, row, turn) {
    const x = single ? -3 * palette.scale - step / 2 - turn * step : -gutter / 2;
    return { x, y: (row + 0.5) * pitch, width: single ? step : gutter, height: pitch };
  }

  return { draw };
}
