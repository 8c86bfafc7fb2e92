/** How numbers are written, everywhere the same: three significant digits, a true minus, units apart. */

import { t } from "./words.js";

const MINUS = "−";
const HUGE = 1e9;

/** 9.08e34 -> "9.08 × 10³⁴": what a run that lost its bounds may measure. */
function powerOfTen(value) {
  const [digits, power] = value.toExponential(2).replace("+", "").split("e");
  return `${digits.replace("-", MINUS)}\u00a0×\u00a010${[...power].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]).join("")}`;
}

/** 0.0123, 1.23, 12.3, 123: never in exponent form. */
export function number(value) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  if (!Number.isFinite(value)) return value < 0 ? `${MINUS}∞` : "∞";
  if (value === 0) return "0";
  if (Math.abs(value) >= HUGE) return powerOfTen(value);
  const decimals = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(decimals, 8)).replace("-", MINUS);
}

/** A fixed number of decimals, so that columns line up; never "−0.00", and a power of ten where no column holds it. */
export function fixed(value, digits = 2) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  if (!Number.isFinite(value)) return value < 0 ? `${MINUS}∞` : "∞";
  if (Math.abs(value) >= HUGE) return powerOfTen(value);
  return value.toFixed(digits).replace("-", MINUS).replace(/^−(0(\.0+)?)$/, "$1");
}

/** A probability in a table: three decimals. */
export function probability(value) {
  return value > 0 && value < 0.0005 ? "<0.001" : value.toFixed(3);
}

/** A probability in a sentence: 62 %, 9.8 %, under 0.1 %. */
export function percent(share) {
  const hundred = share * 100;
  if (hundred > 0 && hundred < 0.1) return "< 0.1\u00a0%";
  return `${hundred.toFixed(hundred >= 9.95 || hundred === 0 ? 0 : 1)}\u00a0%`;
}

/** 818 k, 1.23 M; small counts plain. */
export function count(value) {
  if (value >= 1e9) return `${number(value / 1e9)}\u00a0G`;
  if (value >= 1e6) return `${number(value / 1e6)}\u00a0M`;
  return value >= 1e4 ? `${number(value / 1e3)}\u00a0k` : String(value);
}

/** 42 s, 1 min 05 s, 2 h 03 min. */
export function duration(seconds) {
  if (!Number.isFinite(seconds)) return "–";
  const whole = Math.round(seconds);
  const two = (part) => String(part).padStart(2, "0");
  if (whole < 60) return t("{seconds}\u00a0s", { seconds: whole });
  if (whole < 3600) return t("{minutes}\u00a0min {seconds}\u00a0s", { minutes: Math.floor(whole / 60), seconds: two(whole % 60) });
  return t("{hours}\u00a0h {minutes}\u00a0min", { hours: Math.floor(whole / 3600), minutes: two(Math.floor((whole % 3600) / 60)) });
}
