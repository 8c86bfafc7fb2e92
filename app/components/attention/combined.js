/** The maps of many heads in, one map out: their mean, their largest weights, or what has flowed through all layers. Pure.
 *
 *      mean      each cell's average over the heads: rows still add up to 1
 *      largest   each cell's largest weight, so that what any head does is seen; each row made to add up to 1
 *      rollout   Â = ½ mean(A) + ½ 1 for each layer, multiplied from the first layer up (Abnar and Zuidema 2020): how much
 *                of each token has reached each place, if a token kept half of itself in every layer
 */
import { keysOf, rowStart } from "./cells.js";

/** Maps of bytes -> one of bytes. `wide` here as in cells.js. */
export function meanOf(triangles) {
  const sums = new Uint32Array(triangles[0].length);
  for (const triangle of triangles) for (let index = 0; index < sums.length; index += 1) sums[index] += triangle[index];
  return Uint8Array.from(sums, (sum) => Math.round(sum / triangles.length));
}

export function largestOf(triangles, size, wide = 0) {
  const largest = Uint8Array.from(triangles[0]);
  for (const triangle of triangles) for (let index = 0; index < largest.length; index += 1) if (triangle[index] > largest[index]) largest[index] = triangle[index];
  for (let query = 0; query < size; query += 1) {
    const row = largest.subarray(rowStart(query, wide), rowStart(query + 1, wide));
    const total = row.reduce((sum, weight) => sum + weight, 0);
    if (total) row.forEach((weight, key) => { row[key] = Math.round((255 * weight) / total); });
  }
  return largest;
}

/** One layer's Â: the triangles of its heads -> half their mean, half the token itself, each row adding up to 1; all of
 *  it their mean in a model without a residual stream. */
export function mixingOf(triangles, size, residual = true, wide = 0) {
  const mixing = new Float64Array(triangles[0].length);
  for (const triangle of triangles) for (let index = 0; index < mixing.length; index += 1) mixing[index] += triangle[index];
  const share = residual ? 0.5 : 1;
  for (let query = 0; query < size; query += 1) {
    const start = rowStart(query, wide);
    const keys = keysOf(query, wide);
    let total = 0;
    for (let key = 0; key < keys; key += 1) total += mixing[start + key];
    for (let key = 0; key < keys; key += 1) mixing[start + key] *= total ? share / total : 0;
    mixing[start + query] += total ? 1 - share : 1;
  }
  return mixing;
}

/** upper · lower, both maps: what the layer above takes of what lies below; null stands for the identity. */
export function flowThrough(upper, lower, size, wide = 0) {
  if (lower === null) return upper;
  const flow = new Float64Array(upper.length);
  for (let query = 0; query < size; query += 1) {
    const start = rowStart(query, wide);
    for (let middle = 0; middle < keysOf(query, wide); middle += 1) {
      const share = upper[start + middle];
      if (share === 0) continue;
      const from = rowStart(middle, wide);
      for (let key = 0; key < keysOf(middle, wide); key += 1) flow[start + key] += share * lower[from + key];
    }
  }
  return flow;
}
