/** One loss, four rulers: nats per token in, bits per token, bits per byte or perplexity out. */

export const UNITS = ["nats", "bits", "bytes", "perplexity"];

/** 1.73 nats -> the number in a unit; `tokensPerByte` of the text where it was measured. */
export function inUnit(nats, unit, tokensPerByte) {
  if (nats === null || nats === undefined) return null;
  if (unit === "bits") return nats / Math.LN2;
  if (unit === "bytes") return tokensPerByte ? (nats * tokensPerByte) / Math.LN2 : null;
  return unit === "perplexity" ? Math.exp(nats) : nats;
}

/** Where a loss stands on the chart: perplexity has a logarithmic axis, so its curve is that of the nats. */
export const onAxis = (nats, unit, tokensPerByte) => (unit === "perplexity" ? nats : inUnit(nats, unit, tokensPerByte));

/** What the axis says at such a place. */
export const offAxis = (place, unit) => (unit === "perplexity" ? Math.exp(place) : place);

const PERPLEXITIES = [1, 1.5, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000];

/** Ticks of a perplexity axis from `low` to `high` (logarithms): round numbers, or none where fewer than two fit. */
export function perplexityTicks(low, high) {
  const inside = PERPLEXITIES.filter((value) => Math.log(value) >= low - 1e-9 && Math.log(value) <= high + 1e-9);
  return inside.length > 1 ? inside.map(Math.log) : null;
}
