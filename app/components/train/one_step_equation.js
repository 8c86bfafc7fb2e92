/** The arithmetic of one weight, line by line, with the numbers of the step; the browser computes each line again. */
import { element, setText, shape } from "../kit/dom.js";
import { fixed, number } from "../kit/format.js";
import { t } from "../kit/words.js";

const OPERAND_DIGITS = 7; // what float32 holds
const RESULT_DIGITS = 6; // of the largest term: one less, so that rounded operands suffice
const SUPERSCRIPTS = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };

/** A number as the equation holds it: what is written is what is computed with. */
export const rounded = (value, digits = OPERAND_DIGITS) => Number(value.toPrecision(digits));

/** 0.0123, −1.5, 3.21 × 10⁻⁷ */
export function written(value) {
  const size = Math.abs(value);
  if (size === 0 || (size >= 1e-4 && size < 1e7)) return String(value).replace("-", "−");
  const [mantissa, power] = value.toExponential().split("e");
  return `${mantissa.replace("-", "−")} × 10${[...String(Number(power))].map((digit) => SUPERSCRIPTS[digit]).join("")}`;
}

/** The lines of a weight: {key, title, parts, compute, result}. In `parts` words stand as text and numbers as
 *  {value, kind}; `compute` gets the numbers in order. A line without `compute` is read off, not computed. */
export function linesOf({ weight, clip, grad_norm: norm }) {
  const n = weight.numbers;
  const lines = [clipping(n, clip, norm), blend("momentum", t("momentum: a running mean of gradients"), n.beta1, n.momentum_before, n.clipped, n.momentum)];
  if (weight.kind === "adamw") lines.push(...adamLines(n));
  else lines.push(...muonLines(n, weight));
  lines.push(update(n), newValue(n));
  return lines.map((line) => ({ ...line, ...recomputed(line) }));
}

const value = (of, kind = "") => ({ value: rounded(of), kind });

function clipping(n, clip, norm) {
  if (n.shrink >= 1) {
    return { key: "clip", title: t("gradient, after clipping"), parts: [value(n.gradient, "gradient"), " · ", value(1)], compute: ([g, one]) => g * one, result: n.clipped, kind: "gradient", terms: [n.gradient] };
  }
  return {
    key: "clip", title: t("gradient, after clipping"), kind: "gradient",
    parts: [value(n.gradient, "gradient"), " · ", value(clip), " / ", value(norm)], compute: ([g, most, length]) => (g * most) / length, result: n.clipped, terms: [n.clipped],
  };
}

function blend(key, title, share, old, fresh, result, squared = false) {
  const now = squared ? "²" : "";
  return {
    key, title, result, kind: "state",
    parts: [value(share), " · ", value(old, "state"), " + ", value(1 - share), " · ", { ...value(fresh, "gradient"), squared }, now],
    compute: ([kept, before, added, gradient]) => kept * before + added * (squared ? gradient * gradient : gradient),
    terms: [share * old, (1 - share) * (squared ? fresh * fresh : fresh)],
  };
}

function adamLines(n) {
  const corrected = (key, title, raw, beta, result) => ({
    key, title, result, kind: "state", parts: [value(raw, "state"), " / (1 − ", value(beta), { ...value(n.updates), raised: true }, ")"],
    compute: ([mean, share, count]) => mean / (1 - share ** count), terms: [result],
  });
  return [
    blend("square", t("size: a running mean of squared gradients"), n.beta2, n.square_before, n.clipped, n.square, true),
    corrected("mean_hat", t("momentum, made up for starting at 0"), n.momentum, n.beta1, n.mean_hat),
    corrected("square_hat", t("size, made up for starting at 0"), n.square, n.beta2, n.square_hat),
    {
      key: "direction", title: t("direction: momentum over size"), result: n.direction, kind: "state",
      parts: [value(n.mean_hat, "state"), " / (√(", value(n.square_hat, "state"), ") + ", value(n.epsilon), ")"],
      compute: ([mean, square, epsilon]) => mean / (Math.sqrt(square) + epsilon), terms: [n.direction],
    },
  ];
}

function muonLines(n, weight) {
  return [
    blend("ahead", t("a look ahead along the momentum"), n.beta1, n.momentum, n.clipped, n.ahead),
    { key: "orthogonal", title: t("the whole matrix of these made orthogonal: its number here"), parts: [`orthogonalised(…)[${weight.row}, ${weight.column}]`], result: n.orthogonal, kind: "state", terms: [n.orthogonal] },
    {
      key: "direction", title: t("direction: as long as Adam's would be"), result: n.direction, kind: "state",
      parts: [value(n.size), " · ", value(n.orthogonal, "state")], compute: ([size, one]) => size * one, terms: [n.direction],
    },
  ];
}

function update(n) {
  return {
    key: "update", title: t("update: learning rate times direction"), result: n.rate * n.direction, kind: "state",
    parts: [value(n.rate), " · ", value(n.direction, "state")], compute: ([rate, direction]) => rate * direction, terms: [n.rate * n.direction],
  };
}

function newValue(n) {
  const decays = n.decay > 0;
  const move = value(n.rate * n.direction, "state");
  return {
    key: "new", title: decays ? t("new value: a little towards 0, then less the update") : t("new value: less the update"), result: n.new, kind: "weight",
    parts: decays ? [value(n.weight, "weight"), " · (1 − ", value(n.rate), " · ", value(n.decay), ") − ", move] : [value(n.weight, "weight"), " − ", move],
    compute: decays ? ([old, rate, decay, moved]) => old * (1 - rate * decay) - moved : ([old, moved]) => old - moved,
    terms: [n.weight, n.rate * n.direction],
  };
}

/** The result to the digits that its terms carry, and the same computed again from what is written. */
function recomputed({ parts, compute, result, terms }) {
  const largest = Math.max(...terms.map(Math.abs), Math.abs(result));
  const unit = largest > 0 ? 10 ** (Math.floor(Math.log10(largest)) + 1 - RESULT_DIGITS) : 1;
  const shown = toUnit(result, unit);
  if (!compute) return { shown, unit, again: null, agrees: true };
  const again = compute(parts.filter((part) => typeof part === "object").map((part) => part.value));
  return { shown, unit, again: toUnit(again, unit), agrees: Math.abs(again - result) <= unit };
}

/** Rounded to a power of ten, without the crumbs of binary fractions. */
function toUnit(of, unit) {
  const decimals = Math.round(-Math.log10(unit));
  return decimals >= 0 && decimals <= 100 ? Number(of.toFixed(decimals)) : of;
}

export function createEquation() {
  const list = element("ol", { class: "equation" });
  const verdict = element("p", { class: "caption verdict", role: "status" });
  const matrix = element("figure", { class: "singular", hidden: true });
  const panel = element("section", { class: "step-part", aria: { label: t("Its arithmetic") } }, list, verdict, matrix);
  return {
    panel,
    show(answer) {
      const lines = linesOf(answer);
      list.replaceChildren(...lines.map((line) => drawLine(line, answer)));
      const computed = lines.filter(({ again }) => again !== null);
      const wrong = computed.filter(({ agrees }) => !agrees);
      panel.dataset.agrees = String(wrong.length === 0);
      setText(verdict, wrong.length
        ? t("{count} of {all} lines, computed again in your browser from the numbers shown, differ in their last digits.", { count: wrong.length, all: computed.length })
        : t("These numbers multiply out: your browser computed all {count} lines again from the numbers shown and agrees with the weights that training wrote.", { count: computed.length }));
      showSingular(matrix, answer);
    },
  };
}

function drawLine({ key, title, parts, shown, kind, again, agrees }, { weight, code }) {
  const numbers = parts.map((part, at) => (typeof part === "string" ? part : drawNumber(part, at)));
  const result = element("span", { class: `num result ${kind}`, "data-value": String(shown), text: written(shown) });
  const tick = again === null ? "" : element("span", { class: "tick", title: t("computed again: {value}", { value: written(again) }), text: agrees ? "\u00a0✓" : "\u00a0≠" });
  const sum = element("p", { class: "sum" }, element("span", { class: "operands" }, ...numbers), " = ", element("span", { class: "whole" }, result, tick));
  const lines = ["clip", `${weight.kind}.${key}`, ...(key === "new" && weight.numbers.decay > 0 ? [`${weight.kind}.decay`] : [])]
    .filter((name) => code[name] && (name !== "clip" || key === "clip"));
  const codes = lines.reverse().map((name) => element("code", { class: "line", title: code[name].where, text: code[name].text }));
  return element("li", { class: "equation-line", "data-line": key, "data-agrees": String(agrees) }, element("p", { class: "line-title", text: title }), sum, ...codes);
}

/** A number below 0 stands in brackets, unless it comes first and is not squared. */
function drawNumber({ value: of, kind, raised, squared }, at) {
  const text = raised ? [...String(of)].map((digit) => SUPERSCRIPTS[digit]).join("") : written(of);
  const number = element("span", { class: `num ${kind}`, "data-value": String(of), text });
  return squared || (of < 0 && at > 0) ? element("span", {}, "(", number, ")") : number;
}

/** What Muon does to a matrix: the lengths of its directions, before and after. */
function showSingular(figure, { singular, weight, parts }) {
  figure.hidden = !singular;
  if (!singular) return;
  const { before, after } = singular;
  const [width, height] = [320, 72];
  const most = Math.max(1, ...after) * 1.05;
  const line = (values, className) => shape("polyline", {
    class: className, points: values.map((size, at) => `${values.length > 1 ? (at / (values.length - 1)) * width : width / 2},${height - (size / most) * height}`).join(" "),
  });
  const part = parts.find(({ name }) => name === weight.name);
  const middle = before[Math.floor(before.length / 2)];
  const words = t("The {count} directions of this {rows} × {columns} matrix, longest first. In the gradient's mean the middle one is {middle} of the longest; made orthogonal, they lie between {low} and {high}: rare directions learn as fast as common ones.", {
    count: before.length, rows: part.rows, columns: part.columns, middle: number(middle), low: fixed(Math.min(...after)), high: fixed(Math.max(...after)),
  });
  figure.replaceChildren(
    shape("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", aria: { label: t("singular values before and after") }, preserveAspectRatio: "none" },
      shape("line", { class: "one", x1: 0, x2: width, y1: height - height / most, y2: height - height / most }), line(before, "before"), line(after, "after")),
    element("figcaption", { class: "note" }, element("span", { class: "key before", text: t("the gradients' mean") }), element("span", { class: "key after", text: t("made orthogonal") }), " ", words));
}
