/** q and the keys in, every number between them and a weight out. */

/** q, k: arrays of `size` numbers a token -> the arithmetic of one query and one key, with the scores of all keys.
 *  `scores` are those that the mask leaves: of keys up to the query, of all where a run has no causal mask; `allScores` are
 *  those before the mask. `scaled`: scores are divided by √d. */
export function workOutCell({ q, k, dHead: size, causal = true, scaled = true }, query, key) {
  const queryVector = q.subarray(query * size, (query + 1) * size);
  const keyVector = k.subarray(key * size, (key + 1) * size);
  const root = scaled ? Math.sqrt(size) : 1;
  const keys = causal ? query + 1 : k.length / size;
  const products = Float64Array.from(queryVector, (value, index) => value * keyVector[index]);
  const allScores = Float64Array.from({ length: k.length / size }, (_, other) => dot(queryVector, k, other * size) / root);
  const scores = allScores.subarray(0, keys);
  const running = runningSums(products);
  const largest = Math.max(...scores);
  const parts = scores.map((score) => Math.exp(score - largest)); // no overflow, same weights
  const partTotal = sum(parts);
  const exponentials = scores.map(Math.exp);
  return {
    q: queryVector, keyVector, products, running, dot: running[size - 1], root, size, scaled, causal, score: scores[key], scores, allScores, exponentials,
    total: sum(exponentials), weights: parts.map((part) => part / partTotal), slack: scoreSlack(queryVector, k, keys, root),
  };
}

function dot(vector, rows, start) {
  let total = 0;
  for (let index = 0; index < vector.length; index += 1) total += vector[index] * rows[start + index];
  return total;
}

function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}

function runningSums(values) {
  let total = 0;
  return Float64Array.from(values, (value) => (total += value));
}

/** How far any score may be off because q and k were kept as half-precision numbers (11 bits: 1 part in 2048 each). */
function scoreSlack(queryVector, keys, count, root) {
  const size = queryVector.length;
  let largest = 0;
  for (let key = 0; key < count; key += 1) {
    let total = 0;
    for (let index = 0; index < size; index += 1) total += Math.abs(queryVector[index] * keys[key * size + index]);
    largest = Math.max(largest, total);
  }
  return largest / root / 1024;
}

/** Do the worked-out and the stored weight agree, as far as what was rounded on the way allows? */
export function compareWeights(computed, stored, slack = 0) {
  const difference = Math.abs(computed - stored);
  const allowed = 0.5 / 255 + 2 * slack * computed * (1 - computed) + 1e-4;
  return { difference, equal: difference <= allowed };
}
