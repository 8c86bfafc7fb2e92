/** Vectors of one head in, the whole matrix at each stage of `Attention._written_out` out, number for number. Pure.
 *
 *      raw      q·k for every pair                 masked    −∞ for what comes later
 *      scaled   ÷ √d                               weights   softmax of each row          z   weights · v
 */
export const STAGES = ["raw", "scaled", "masked", "weights", "z"];

/** {raw, scaled, masked, weights (size × size each), z (size × dHead) or null without v}; row by row. */
export function passOf({ q, k, v, size, dHead, causal = true, scaled = true }) {
  const raw = new Float64Array(size * size);
  for (let query = 0; query < size; query += 1) {
    for (let key = 0; key < size; key += 1) {
      let total = 0;
      for (let index = 0; index < dHead; index += 1) total += q[query * dHead + index] * k[key * dHead + index];
      raw[query * size + key] = total;
    }
  }
  const divisor = scaled ? Math.sqrt(dHead) : 1;
  const scores = raw.map((value) => value / divisor);
  const masked = scores.map((value, index) => (causal && index % size > Math.floor(index / size) ? -Infinity : value));
  const weights = softmaxRows(masked, size);
  return { raw, scaled: scores, masked, weights, z: v ? mixed(weights, v, size, dHead) : null, divisor };
}

function softmaxRows(scores, size) {
  const weights = new Float64Array(scores.length);
  for (let query = 0; query < size; query += 1) {
    const row = scores.subarray(query * size, (query + 1) * size);
    const largest = row.reduce((most, value) => Math.max(most, value), -Infinity);
    const powers = row.map((value) => Math.exp(value - largest));
    const total = powers.reduce((sum, value) => sum + value, 0);
    weights.set(powers.map((value) => value / total), query * size);
  }
  return weights;
}

function mixed(weights, v, size, dHead) {
  const z = new Float64Array(size * dHead);
  for (let query = 0; query < size; query += 1) {
    for (let key = 0; key < size; key += 1) {
      const weight = weights[query * size + key];
      if (weight === 0) continue;
      for (let index = 0; index < dHead; index += 1) z[query * dHead + index] += weight * v[key * dHead + index];
    }
  }
  return z;
}

/** The largest size among the numbers that are finite, for a colour scale. */
export function limitOf(values) {
  let limit = 1e-9;
  for (const value of values) if (Number.isFinite(value) && Math.abs(value) > limit) limit = Math.abs(value);
  return limit;
}
