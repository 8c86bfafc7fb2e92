/** What the server says of a number in, the same number worked out again out, in the browser's own arithmetic. */
import { figureTerms, figureWorkedOut } from "./figure_kinds.js";

const rowOf = (operands, name, which = 0) => operands.filter((each) => each.name === name)[which]?.values ?? null;
const mean = (row) => row.reduce((sum, value) => sum + value, 0) / row.length;
const exact = (value) => (value === null ? -Infinity : value);

/** The error function, to 1e-7 (Abramowitz & Stegun 7.1.26 has 1.5e-7). */
function erf(x) {
  const share = 1 / (1 + 0.3275911 * Math.abs(x));
  const sum = ((((1.061405429 * share - 1.453152027) * share + 1.421413741) * share - 0.284496736) * share + 0.254829592) * share;
  return Math.sign(x) * (1 - sum * Math.exp(-x * x));
}

/** {value, parts}: `parts` are the figures on the way, by name, for the equation. NaN where this page does not know how. */
export function workedOut({ kind, operands, constants, at }) {
  const x = operands.filter(({ name }) => name === "x").map(({ values }) => exact(values[0]));
  const one = (name) => { const row = rowOf(operands, name); return row === null ? null : exact(row[0]); };
  const column = at.at(-1);
  switch (kind) {
    case "lookup": case "table": return { value: one("w"), parts: {} };
    case "shift": return { value: one("a") * (x[0] ?? constants.before), parts: {} };
    case "sinusoid": return { value: (constants.cosine ? Math.cos : Math.sin)(constants.position * constants.frequency), parts: {} };
    case "sum": return { value: x.reduce((sum, value) => sum + value, 0), parts: {} };
    case "same": case "join": return { value: x[0], parts: {} };
    case "unit": return unit(rowOf(operands, "x"), one("w") ?? 1, constants.epsilon, column);
    case "layernorm": return layernorm(rowOf(operands, "x"), one("w") ?? 1, one("b") ?? 0, constants.epsilon, column);
    case "linear": return dot(rowOf(operands, "x"), rowOf(operands, "w"), one("b") ?? 0);
    case "dot": return dot(rowOf(operands, "q"), rowOf(operands, "k"));
    case "mix": return dot(rowOf(operands, "a"), rowOf(operands, "v"));
    case "turn": return { value: x[0] * constants.cosine + one("y") * constants.sine, parts: {} };
    case "gain": return { value: x[0] * one("g"), parts: {} };
    case "divide": return { value: x[0] / constants.divisor, parts: {} };
    case "mask": return { value: constants.hidden ? -Infinity : x[0], parts: {} };
    case "softmax": return softmax(rowOf(operands, "s").map(exact), column);
    case "gelu": return { value: (x[0] * (1 + erf(x[0] / Math.SQRT2))) / 2, parts: {} };
    case "gelu_tanh": return { value: (x[0] * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x[0] + 0.044715 * x[0] ** 3)))) / 2, parts: {} };
    case "relu2": return { value: Math.max(x[0], 0) ** 2, parts: {} };
    case "swiglu": return { value: (x[0] / (1 + Math.exp(-x[0]))) * x[1], parts: {} };
    default: return { value: figureWorkedOut({ kind, operands, constants }) ?? NaN, parts: {} };
  }
}

function dot(left, right, bias = 0) {
  const products = left.map((value, at) => value * right[at]);
  return { value: products.reduce((sum, value) => sum + value, 0) + bias, parts: { products, bias } };
}

function unit(row, weight, epsilon, column) {
  const size = Math.sqrt(mean(row.map((value) => value * value)) + epsilon);
  return { value: (row[column] / size) * weight, parts: { size, weight } };
}

function layernorm(row, weight, bias, epsilon, column) {
  const middle = mean(row);
  const size = Math.sqrt(mean(row.map((value) => (value - middle) ** 2)) + epsilon);
  return { value: ((row[column] - middle) / size) * weight + bias, parts: { middle, size, weight, bias } };
}

/** Less the largest, so that no power overflows; the shares are the same. */
function softmax(scores, column) {
  const top = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - top));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return { value: powers[column] / total, parts: { top, powers, total } };
}

/** How large the terms are that a number is added up from: its last digits are as exact as these are. */
export function sizeOfTerms({ kind, operands }, { value, parts }) {
  if (parts.products) return parts.products.reduce((sum, product) => sum + Math.abs(product), Math.abs(parts.bias));
  if (["sum", "turn", "gelu", "gelu_tanh"].includes(kind)) return operands.reduce((sum, { values }) => sum + Math.abs(exact(values[0])), 0);
  if (kind === "layernorm") return Math.abs(value) + Math.abs(parts.bias) + Math.abs((parts.middle / parts.size) * parts.weight);
  return Math.abs(value) + figureTerms({ kind, operands });
}

/** Do two roads lead to one number? The model counts in float32, so where large terms cancel the last digits may differ. */
export function agrees(mine, models, terms = 0) {
  return mine === models || Math.abs(mine - models) <= 1e-4 * Math.abs(models) + 2e-6 * terms;
}
