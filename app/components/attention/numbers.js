/** Numbers of the arithmetic: a sum of exponentials may be huge or tiny, so these may use powers of ten. */
import { fixed, number } from "../kit/format.js";

const SUPERSCRIPTS = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };

/** 0.0000123 -> "1.23 × 10⁻⁵", 55.8 -> "55.8" */
export function wideNumber(value) {
  const size = Math.abs(value);
  if (!Number.isFinite(value) || value === 0 || (size >= 0.001 && size < 1e5)) return number(value);
  const [digits, power] = value.toExponential(2).split("e");
  return `${fixed(Number(digits))} × 10${[...String(Number(power))].map((character) => SUPERSCRIPTS[character]).join("")}`;
}
