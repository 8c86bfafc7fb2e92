/** A map of weights in, a small square of pixels out. */
import { keysOf, rowStart } from "./cells.js";

// Used again by every thumbnail: a hundred of them a frame would leave megabytes to clear away.
let rowsBuffer = new Float32Array(0);
let squareBuffer = new Float32Array(0);

/** For each of `dots` pixels: the first source cell beneath it, and how much of the pixel lies on that cell. */
export function coverage(size, dots, wide = 0) {
  const first = new Int32Array(dots);
  const edge = new Float32Array(dots);
  for (let dot = 0; dot < dots; dot += 1) {
    const left = (dot * size) / dots;
    first[dot] = Math.floor(left);
    edge[dot] = Math.min(1, ((first[dot] + 1 - left) * dots) / size);
  }
  return { size, dots, first, edge, wide };
}

/** `paint` as display.js makes it. Cells rarely fall on whole pixels; mixing by coverage keeps every diagonal equally thick.
 *  More cells than pixels: the largest weight beneath a pixel shows, or fine lines would flicker away. */
export function paintThumbnail(words, stride, start, triangle, cover, { words: colours, scale, offset }) {
  const { size, dots, wide } = cover;
  const square = size <= dots ? stretched(triangle, cover) : shrunk(triangle, size, dots, wide);
  for (let y = 0; y < dots; y += 1) {
    const row = start + y * stride;
    for (let x = 0; x < dots; x += 1) words[row + x] = colours[(square[y * dots + x] * scale + offset + 0.5) | 0];
  }
}

function stretched(triangle, { size, dots, first, edge, wide }) {
  if (rowsBuffer.length < size * dots) rowsBuffer = new Float32Array(size * dots);
  const rows = rowsBuffer.fill(0, 0, size * dots);
  for (let query = 0; query < size; query += 1) {
    const start = rowStart(query, wide);
    const keys = keysOf(query, wide);
    for (let x = 0; x < dots && first[x] < keys; x += 1) {
      const next = first[x] + 1;
      rows[query * dots + x] = triangle[start + first[x]] * edge[x] + (next < keys ? triangle[start + next] * (1 - edge[x]) : 0);
    }
  }
  const square = squareFor(dots);
  for (let y = 0; y < dots; y += 1) {
    const upper = first[y] * dots;
    const lower = Math.min(first[y] + 1, size - 1) * dots;
    for (let x = 0; x < dots; x += 1) square[y * dots + x] = rows[upper + x] * edge[y] + rows[lower + x] * (1 - edge[y]);
  }
  return square;
}

function shrunk(triangle, size, dots, wide) {
  const square = squareFor(dots).fill(0, 0, dots * dots);
  const place = dots / size;
  for (let query = 0, index = 0; query < size; query += 1) {
    const row = ((query * place) | 0) * dots;
    for (let key = 0; key < keysOf(query, wide); key += 1, index += 1) {
      const at = row + ((key * place) | 0);
      if (Math.abs(triangle[index]) > Math.abs(square[at])) square[at] = triangle[index];
    }
  }
  return square;
}

function squareFor(dots) {
  if (squareBuffer.length < dots * dots) squareBuffer = new Float32Array(dots * dots);
  return squareBuffer;
}
