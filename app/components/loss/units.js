/** One loss, four rulers: nats per token in, bits per token, bits per byte or perplexity out. */

export const UNITS = ["nats", "bits", "bytes", "perplexity"];

/** 1.73 nats -> the number in a unit; `tokensPerByte` of the text where it was measured. */
export function inUnit(nats, unit, tokensPerByte) {
  if (nats === null || nats === undefined) return null;
  if (unit === "bits") return nats / Math.LN2;
  if (unit === "bytes") return tokensPerByte ? (nats * tokensPerByte) / Math.LN2 : null;
  return unit === "perplexity" ? Math.exp(nats) : nats;
}

/** The chart's upright axis: as chosen; of itself logarithmic for perplexity, whose curve is then that of the nats. */
export const heightOf = ({ unit, height }) => height ?? (unit === "perplexity" ? "log" : "linear");

/** Where a loss stands on that axis, null where it cannot: nothing measured, or no logarithm. */
export function onAxis(nats, unit, tokensPerByte, height) {
  const value = inUnit(nats, unit, tokensPerByte);
  if (value === null || height !== "log") return value;
  return value > 0 ? Math.log(value) : null;
}

/** What the axis says at such a place. */
export const offAxis = (place, height) => (height === "log" ? Math.exp(place) : place);

const STEPS_OF_TEN = [[1, 1.5, 2, 3, 4, 5, 7], [1, 2, 3, 5], [1, 2, 5], [1, 3], [1]];
const POWERS = [-4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6];

/** Ticks of a logarithmic axis from `low` to `high` (logarithms): round numbers, as many as `most`, or null where fewer
 *  than two fit. */
export function logTicks(low, high, most) {
  const inside = (factors) => POWERS.flatMap((power) => factors.map((factor) => Math.log(factor * 10 ** power)))
    .filter((place) => place >= low - 1e-9 && place <= high + 1e-9);
  const found = STEPS_OF_TEN.map(inside).find((ticks) => ticks.length <= most);
  return found?.length > 1 ? found : null;
}
