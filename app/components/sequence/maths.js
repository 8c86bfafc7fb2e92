/** What the logarithms of a sentence's probabilities come to. `logs` begins with null: the first token is given. */
import { givenIds } from "../inside/numbers.js";

/** ln p of everything up to each place, 0 at the first. */
export function running(logs) {
  let sum = 0;
  return logs.map((log) => (sum += log ?? 0));
}

/** {tokens, total, mean, perplexity, bitsPerByte}: the loss of a sentence and what else its sum says. */
export function summary({ logs, bytes }) {
  const tokens = logs.length - 1;
  const total = running(logs).at(-1);
  const mean = -total / tokens;
  return { tokens, total, mean, perplexity: Math.exp(mean), bitsPerByte: bytes ? -total / Math.LN2 / bytes : null };
}

/** What is given along to ask where a number of a sentence came from. */
export const givenOf = ({ ids, step, bytes, counts }) => (counts ? null : givenIds(ids, "whole", step, { bytes }));

/** The first place at which a running product has become 0, or null. */
export function underflowAt(products) {
  const at = products.indexOf(0);
  return at < 0 ? null : at;
}

/** The largest ln p below which a product is rounded to 0: half of the smallest number of the format. */
export const LIMITS = { float16: -25 * Math.LN2, float32: -150 * Math.LN2, float64: -1075 * Math.LN2 };

/** e^log as 3.2 × 10⁻⁴¹, also where no number of the browser's is that small or large. */
export function power(log) {
  const tens = log / Math.LN10;
  if (tens > -3 && tens < 4) return String(Number(Math.exp(log).toPrecision(3)));
  let whole = Math.floor(tens);
  let digits = (10 ** (tens - whole)).toFixed(1);
  if (digits === "10.0") [digits, whole] = ["1.0", whole + 1];
  return `${digits} × 10${superscript(whole)}`;
}

export const superscript = (whole) => [...String(whole)].map((sign) => (sign === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[sign])).join("");
