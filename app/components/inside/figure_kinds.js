/** Figures that a probe works out from numbers of the pass: the same again in the browser's arithmetic, and their equations. */
import { t } from "../kit/words.js";
import { CHOICE_KINDS } from "./choice_kinds.js";

const LEAST = 1e-30; // where a share has no digits left
const TERMS = 4;

const sum = (row) => row.reduce((total, value) => total + value, 0);
const squares = (row) => sum(row.map((value) => value * value));
const dot = (left, right) => sum(left.map((value, at) => value * right[at]));
const bits = (p, q) => p * (Math.log2(Math.max(p, LEAST)) - Math.log2(Math.max(q, LEAST)));

/** Rows by letter; a later row of the same letter is left out. */
const rowsOf = (operands) => Object.fromEntries([...operands].reverse().map(({ name, values }) => [name, values.map((value) => value ?? -Infinity)]));

/** A sum written out by its first terms. */
const written = (row, term) => `${row.slice(0, TERMS).map(term).join(" + ")}${row.length > TERMS ? " + …" : ""}`;

/** kind -> {work(rows, constants) -> number, lines({rows, constants, is, digits, inner}) -> [[text, note]], terms(rows): of what
 *  size it is added up from} */
const KINDS = {
  ...CHOICE_KINDS,
  less: { work: ({ x, y }) => x[0] - y[0], lines: ({ rows: { x, y }, is, digits, inner }) => [[`x − y = ${digits(x[0])} − ${inner(y[0])} ${is}`]] },
  length: { work: ({ x }) => Math.sqrt(squares(x)), lines: ({ rows: { x }, is, inner }) => [[`√Σx² = √(${written(x, (value) => `${inner(value)}²`)}) ${is}`, t("{count} numbers", { count: x.length })]] },
  total: {
    work: ({ x }) => sum(x),
    lines: ({ rows: { x }, is, inner }) => [x.length ? [`Σx = ${written(x, inner)} ${is}`, t("{count} numbers", { count: x.length })] : [`Σ ${is}`, t("nothing comes before it")]],
  },
  mean: { work: ({ x }) => sum(x) / x.length, lines: ({ rows: { x }, is, inner }) => [[`Σx / n = (${written(x, inner)}) / ${x.length} ${is}`]] },
  largest: { work: ({ x }) => Math.max(...x), lines: ({ rows: { x }, is }) => [[`max x ${is}`, t("the largest of {count} numbers", { count: x.length })]] },
  share_of: {
    work: ({ x }, { chosen }) => x[chosen] / sum(x),
    lines: ({ rows: { x }, constants: { chosen }, is, digits }) => [[`x / Σx = ${digits(x[chosen])} / ${digits(sum(x))} ${is}`, t("so that the row adds up to 1")]],
  },
  weighted: {
    work: ({ x, w }) => dot(x, w) / Math.max(sum(w), 1e-12),
    lines: ({ rows: { x, w }, is, digits }) => [[`Σ w·x / Σ w = ${digits(dot(x, w))} / ${digits(sum(w))} ${is}`, t("w: how much each row counts as evidence")]],
  },
  entropy: {
    work: ({ p }) => -sum(p.map((share) => bits(share, 1))),
    lines: ({ rows: { p }, is, digits }) => [[`−Σ p · log₂ p = −(${written(p, (share) => `${digits(share)} · log₂ ${digits(share)}`)}) ${is}`, t("bits; {count} shares", { count: p.length })]],
  },
  divergence: {
    work: ({ p, q }) => Math.max(0, sum(p.map((share, at) => bits(share, q[at])))),
    lines: ({ rows: { p, q }, is, digits }) => [[`Σ p · log₂(p / q) = ${written(p, (share, at) => `${digits(share)} · log₂(${digits(share)} / ${digits(q[at])})`)} ${is}`, t("bits; {count} shares", { count: p.length })]],
  },
  surprise: { work: ({ p }) => -Math.log(p[0]), lines: ({ rows: { p }, is, digits }) => [[`−ln p = −ln ${digits(p[0])} ${is}`, t("nats: how surprising the token was")]] },
  rank: {
    work: ({ s }, { chosen }) => 1 + s.filter((score) => score > s[chosen]).length,
    lines: ({ rows: { s }, constants: { chosen }, is, digits }) => [[`1 + n(s > ${digits(s[chosen])}) = 1 + ${s.filter((score) => score > s[chosen]).length} ${is}`, t("how many of {count} scores are higher than that of the true next token", { count: s.length })]],
  },
  frozen: {
    work: ({ x, w }, { mean, scale }) => (x[0] - mean) * w[0] * scale,
    lines: ({ rows: { x, w }, constants: { mean, scale }, is, digits, inner }) => [[`${mean ? `(x − mean)` : "x"} · w · s = ${mean ? `(${digits(x[0])} − ${inner(mean)})` : digits(x[0])} × ${inner(w[0])} × ${inner(scale)} ${is}`, t("s: what the last norm multiplies the whole stream by here")]],
  },
  log_ratio: { work: ({ x, y }) => Math.log(x[0]) - Math.log(y[0]), lines: ({ rows: { x, y }, is, digits }) => [[`ln x − ln y = ln ${digits(x[0])} − ln ${digits(y[0])} ${is}`, t("x: the probability with this weight, y: without it")]] },
  recovery: {
    work: ({ x, y, z }) => (x[0] - y[0]) / (z[0] - y[0]),
    lines: ({ rows: { x, y, z }, is, digits, inner }) => [[`(x − y) / (z − y) = (${digits(x[0])} − ${inner(y[0])}) / (${digits(z[0])} − ${inner(y[0])}) ${is}`, t("x: patched, y: second sentence, z: first sentence")]],
  },
  rollout: {
    work: ({ a, r, y }) => (y ? 0.5 * dot(a, r) + 0.5 * y[0] : dot(a, r)),
    lines: ({ rows: { a, r, y }, is, digits }) => [[y ? `½ Σ a·r + ½ y = ½ × ${digits(dot(a, r))} + ½ × ${digits(y[0])} ${is}` : `Σ a·r ${is}`, t("a: where the heads of this layer look, r: what those places had gathered of the token; half stays as it was")]],
  },
  cosine: { work: ({ x, y }) => dot(x, y) / Math.sqrt(squares(x) * squares(y)), lines: ({ rows: { x, y }, is, digits }) => [[`Σ x·y / (|x| · |y|) = ${digits(dot(x, y))} / (${digits(Math.sqrt(squares(x)))} × ${digits(Math.sqrt(squares(y)))}) ${is}`]] },
  count_share: {
    work: ({ x }, { each }) => sum(x) / (x.length * each),
    lines: ({ rows: { x }, constants: { each, threshold }, is, digits }) => [[`n(x > ${digits(threshold)}) / N = ${sum(x)} / ${x.length * each} ${is}`, t("places above a tenth of the highest value, of all places")]],
  },
};

/** {value} of a source of one of these kinds; null where it is of another. */
export function figureWorkedOut({ kind, operands, constants }) {
  return KINDS[kind] ? KINDS[kind].work(rowsOf(operands), constants) : null;
}

/** Its equation as [text, note] pairs. */
export function figureLines({ kind, operands, constants }, { is, digits, inner }) {
  return KINDS[kind]?.lines({ rows: rowsOf(operands), constants, is, digits, inner }) ?? [[is, ""]];
}

/** How large the terms are that it is added up from; 0 where it is no sum. */
export function figureTerms({ kind, operands }) {
  const rows = rowsOf(operands);
  if (KINDS[kind]?.terms) return KINDS[kind].terms(rows);
  if (kind === "divergence" || kind === "entropy") return 1;
  if (kind === "less") return Math.abs(rows.x[0]) + Math.abs(rows.y[0]);
  if (kind === "log_ratio") return Math.abs(Math.log(rows.x[0])) + Math.abs(Math.log(rows.y[0]));
  if (kind === "recovery") return 1 + (Math.abs(rows.x[0]) + Math.abs(rows.y[0])) / Math.max(1e-9, Math.abs(rows.z[0] - rows.y[0]));
  return kind === "cosine" || kind === "rollout" ? 1 : 0;
}
