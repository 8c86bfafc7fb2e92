/** A number's source in, its equation with the numbers in it out, as lines of DOM; long sums by their first terms. */
import { element } from "../kit/dom.js";
import { t } from "../kit/words.js";
import { figureLines } from "./figure_kinds.js";

const TERMS = 4; // of a sum that are written out
const DIGITS = 4;

/** Four digits: 0.01234, −1.234, 12.34; powers of ten as they are. */
export function digits(value) {
  if (value === null || value === -Infinity) return "−∞";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size < 1e-4 || size >= 1e6) {
    const [mantissa, power] = value.toExponential(DIGITS - 1).split("e");
    return `${mantissa.replace("-", "−")}·10${[...power.replace("+", "")].map((sign) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(sign)]).join("")}`;
  }
  return Number(value.toPrecision(DIGITS)).toString().replace("-", "−");
}

/** A negative number in brackets where it follows a sign. */
const inner = (value) => (value !== null && value >= 0 ? digits(value) : `(${digits(value)})`);

const line = (text, note = "") => element("p", { class: "equation-line" }, element("span", { class: "mono", text }), ...(note ? [element("span", { class: "unit", text: note })] : []));

export function equationOf({ kind, operands, constants, at }, { parts }, value) {
  const by = (name) => operands.filter((each) => each.name === name);
  const x = by("x").map(({ values }) => values[0]);
  const one = (name) => by(name)[0]?.values[0];
  const is = `= ${digits(value)}`;
  const column = at.at(-1);
  switch (kind) {
    case "lookup": return [line(`W[${constants.id}, ${column}] ${is}`, t("read from the table, at the row of the token’s id"))];
    case "table": return [line(`P[${at.join(", ")}] ${is}`, t("read from the table of places"))];
    case "sinusoid": return [line(`${constants.cosine ? "cos" : "sin"}(${constants.position} × ${digits(constants.frequency)}) ${is}`)];
    case "shift": return [line(x.length ? `a · x = ${digits(one("a"))} × ${inner(x[0])} ${is}` : `a · 0 = 0`, x.length ? t("the learned share, times the token before") : t("nothing stands before the first token"))];
    case "sum": return [line(`${x.map((term, place) => (place ? inner(term) : digits(term))).join(" + ")} ${is}`)];
    case "same": return [line(`x ${is}`, t("handed on as it is"))];
    case "join": return [line(`z ${is}`, t("head {head} has its place in columns {first} to {last}", joined(operands[0], constants)))];
    case "unit": return unitLines(operands, parts, constants, column, is);
    case "layernorm": return layernormLines(by("x")[0].values, parts, column, is);
    case "linear": return dotLines("x", "w", by("x")[0].values, by("w")[0].values, parts, is, one("b"));
    case "dot": return dotLines("q", "k", by("q")[0].values, by("k")[0].values, parts, is);
    case "mix": return dotLines("a", "v", by("a")[0].values, by("v")[0].values, parts, is);
    case "turn": return [line(`θ = ${digits(constants.angle)}`, t("the angle of this place and pair")), line(`x cos θ ${constants.sine * Math.sin(constants.angle) < 0 ? "−" : "+"} y sin θ = ${digits(x[0])} × ${inner(constants.cosine)} + ${inner(one("y"))} × ${inner(constants.sine)} ${is}`)];
    case "gain": return [line(`g · x = ${digits(one("g"))} × ${inner(x[0])} ${is}`)];
    case "divide": return [line(`x / √D = ${digits(x[0])} / ${digits(constants.divisor)} ${is}`)];
    case "mask": return [constants.hidden ? line(`${digits(x[0])} + (−∞) = −∞`, t("a later token: hidden")) : line(`${digits(x[0])} + 0 ${is}`, t("not later: seen"))];
    case "softmax": return softmaxLines(operands[0].values, parts, column, is);
    case "gelu": return [line(`x · Φ(x) = ${digits(x[0])} × ${digits(x[0] ? value / x[0] : 0.5)} ${is}`, t("Φ: the share of a normal distribution below x"))];
    case "gelu_tanh": return [line(`x / 2 · (1 + tanh(√(2/π) (x + 0.0447 x³))) = ${digits(x[0])} / 2 × ${digits(x[0] ? (2 * value) / x[0] : 1)} ${is}`, t("GPT-2’s quick form of x · Φ(x)"))];
    case "relu2": return [line(`max(${digits(x[0])}, 0)² = ${digits(Math.max(x[0], 0))}² ${is}`)];
    case "swiglu": return [line(`x · σ(x) · y = ${digits(x[0])} × ${digits(1 / (1 + Math.exp(-x[0])))} × ${inner(x[1])} ${is}`, t("σ: 1 / (1 + e⁻ˣ), the gate"))];
    default: return figureLines({ kind, operands, constants }, { is, digits, inner }).map(([text, note]) => line(text, note));
  }
}

function joined({ place }, { width }) {
  return { head: place[0] + 1, first: place[0] * width, last: (place[0] + 1) * width - 1 };
}

/** The first terms, how many there are, and the largest of them. */
function dotLines(left, right, first, second, { products, bias }, is, hasBias) {
  const terms = products.slice(0, TERMS).map((_, at) => `${at ? inner(first[at]) : digits(first[at])} × ${inner(second[at])}`);
  const rest = products.length > TERMS ? " + …" : "";
  const added = hasBias === undefined ? "" : ` + ${inner(bias)}`;
  const largest = products.reduce((best, value, at) => (Math.abs(value) > Math.abs(products[best]) ? at : best), 0);
  return [
    line(`Σ ${left}·${right}${hasBias === undefined ? "" : " + b"} = ${terms.join(" + ")}${rest}${added}`, t("{count} products", { count: products.length })),
    line(is),
    line(`${left}[${largest}] × ${right}[${largest}] = ${digits(first[largest])} × ${inner(second[largest])} = ${digits(products[largest])}`, t("the largest of them")),
  ];
}

function sumOf(values, term) {
  const shown = values.slice(0, TERMS).map(term).join(" + ");
  return values.length > TERMS ? `${shown} + …` : shown;
}

function unitLines(operands, { size, weight }, { epsilon }, column, is) {
  const row = operands[0].values;
  const learned = operands.length > 1;
  return [
    line(`√(mean(x²) + ε) = √((${sumOf(row, (value) => `${inner(value)}²`)}) / ${row.length} + ${digits(epsilon)}) = ${digits(size)}`, t("the size of the row")),
    line(`x / ${t("size")}${learned ? " · w" : ""} = ${digits(row[column])} / ${digits(size)}${learned ? ` × ${inner(weight)}` : ""} ${is}`),
  ];
}

function layernormLines(row, { middle, size, weight, bias }, column, is) {
  return [
    line(`mean = (${sumOf(row, inner)}) / ${row.length} = ${digits(middle)}`),
    line(`√(var + ε) = ${digits(size)}`, t("the size of the row, its mean taken out")),
    line(`(${digits(row[column])} − ${inner(middle)}) / ${digits(size)} × ${inner(weight)} + ${inner(bias)} ${is}`),
  ];
}

function softmaxLines(scores, { top, powers, total }, column, is) {
  return [
    line(`Σ eˣ⁻ᵐ = ${sumOf(powers, digits)} = ${digits(total)}`, t("m = {top}, the highest score: it keeps the powers small and changes no share", { top: digits(top) })),
    line(`e^(${digits(scores[column])} − ${inner(top)}) / Σ = ${digits(powers[column])} / ${digits(total)} ${is}`),
  ];
}
