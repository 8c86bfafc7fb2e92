/** Figures of what a text costs and of how its next token is drawn: the same again in the browser's arithmetic, and their
 *  equations. The form is that of figure_kinds.js. */
import { t } from "../kit/words.js";

const largest = (row) => row.reduce((top, value) => Math.max(top, value), -Infinity);
const ahead = (s, chosen) => s.filter((score, at) => score > s[chosen] || (score === s[chosen] && at < chosen)).length;
const logSum = (s) => { const top = largest(s); return top + Math.log(s.reduce((sum, score) => sum + Math.exp(score - top), 0)); };
const nats = (share) => (share > 0 ? share * Math.log(share) : 0);
const cutWords = () => [t("no filter takes it out"), t("top-k takes it out: y is its place among {limit} that may stay"), t("top-p takes it out: y is what likelier ones cover already, of {limit}"), t("min-p takes it out: y is how likely it is beside the likeliest, and the least is {limit}")];

export const CHOICE_KINDS = {
  log_softmax: {
    work: ({ s }, { chosen }) => s[chosen] - logSum(s), terms: ({ s }) => Math.abs(largest(s)),
    lines: ({ rows: { s }, constants: { chosen }, is, digits, inner }) => [[`s − ln Σ eˢ = ${digits(s[chosen])} − ${inner(logSum(s))} ${is}`, t("ln of the probability, straight from the scores")]],
  },
  place: {
    work: ({ s }, { chosen }) => 1 + ahead(s, chosen),
    lines: ({ rows: { s }, constants: { chosen }, is, digits }) => [[`1 + n(s > ${digits(s[chosen])}) = 1 + ${ahead(s, chosen)} ${is}`, t("how many of {count} scores are higher; of equal ones the lower id comes first", { count: s.length })]],
  },
  expected: {
    work: ({ p }) => -p.reduce((sum, share) => sum + nats(share), 0), terms: () => 1,
    lines: ({ rows: { p }, is, digits }) => [[`−Σ p · ln p = −(${p.slice(0, 3).map((share) => `${digits(share)} · ln ${digits(share)}`).join(" + ")} + …) ${is}`, t("nats: the loss that the model itself expects")]],
  },
  in_bits: { work: ({ x }) => x[0] / Math.LN2, lines: ({ rows: { x }, is, digits }) => [[`x / ln 2 = ${digits(x[0])} / ${digits(Math.LN2)} ${is}`]] },
  per_byte: {
    work: ({ x }, { bytes }) => x[0] / Math.LN2 / bytes,
    lines: ({ rows: { x }, constants: { bytes }, is, digits }) => [[`x / (ln 2 · n) = ${digits(x[0])} / (${digits(Math.LN2)} × ${bytes}) ${is}`, t("n: bytes of the text that were foretold")]],
  },
  bits_each: { work: ({ x }, { length }) => -x[0] / Math.LN2 / length, lines: ({ rows: { x }, constants: { length }, is, digits }) => [[`−x / (ln 2 · n) = ${digits(-x[0])} / (${digits(Math.LN2)} × ${length}) ${is}`, t("n: tokens")]] },
  by_length: {
    work: ({ x }, { length, penalty }) => x[0] / length ** penalty,
    lines: ({ rows: { x }, constants: { length, penalty }, is, digits }) => [[`x / nᵃ = ${digits(x[0])} / ${length}^${digits(penalty)} ${is}`, t("n: tokens, a: the length penalty")]],
  },
  power: { work: ({ x }) => Math.exp(x[0]), lines: ({ rows: { x }, is, digits }) => [[`eˣ = e^(${digits(x[0])}) ${is}`]] },
  power_of_two: { work: ({ x }) => 2 ** x[0], lines: ({ rows: { x }, is, digits }) => [[`2ˣ = 2^${digits(x[0])} ${is}`, t("as if choosing among so many equal ones")]] },
  power_of_difference: { work: ({ x, y }) => Math.exp(x[0] - y[0]), lines: ({ rows: { x, y }, is, digits, inner }) => [[`eˣ⁻ʸ = e^(${digits(x[0])} − ${inner(y[0])}) ${is}`, t("y: the score of the likeliest")]] },
  contrast: {
    work: ({ x, y }) => Math.log(x[0]) - Math.log(y[0]), terms: ({ x, y }) => Math.abs(Math.log(x[0])) + Math.abs(Math.log(y[0])),
    lines: ({ rows: { x, y }, is, digits }) => [[`ln x − ln y = ln ${digits(x[0])} − ln ${digits(y[0])} ${is}`, t("x: what A gives the token, y: what B gives it")]],
  },
  penalise: {
    work: ({ x }, constants) => penalised(x[0], constants), terms: ({ x }) => Math.abs(x[0]),
    lines: ({ rows: { x }, constants, is, digits }) => [penaltyLine(x[0], constants, is, digits)],
  },
  by_temperature: { work: ({ x }, { temperature }) => x[0] / temperature, lines: ({ rows: { x }, constants: { temperature }, is, digits }) => [[`x / T = ${digits(x[0])} / ${digits(temperature)} ${is}`]] },
  coldest: {
    work: ({ s }, { chosen }) => (ahead(s, chosen) ? -Infinity : s[chosen]),
    lines: ({ rows: { s }, constants: { chosen }, is }) => [[`T = 0: ${is}`, ahead(s, chosen) ? t("only the highest score stays, and this is not it") : t("only the highest score stays: this one")]],
  },
  keep: {
    work: ({ x }, { cut }) => (cut ? -Infinity : x[0]),
    lines: ({ rows: { y }, constants: { cut, limit }, is, digits }) => [[cut ? `y = ${digits(y[0])}: −∞` : `x ${is}`, t(cutWords()[cut], { limit: digits(limit) })]],
  },
  random: {
    work: (_rows, { digits }) => digits / 2 ** 53,
    lines: ({ constants: { seed, position, digits }, is }) => [[`${digits} / 2⁵³ ${is}`, t("the upper 53 bits of number {position} that the generator PCG64 makes of seed {seed}", { seed, position })]],
  },
  falls: {
    work: ({ x, u }) => 1 + x.filter((edge) => edge <= u[0]).length,
    lines: ({ rows: { x, u }, is, digits }) => [[`1 + n(x ≤ u) = 1 + ${x.filter((edge) => edge <= u[0]).length} ${is}`, t("u = {u} falls on the first slice that ends beyond it: x are the ends", { u: digits(u[0]) })]],
  },
};

function penalised(score, { repetition, presence, frequency, count }) {
  return count ? (score > 0 ? score / repetition : score * repetition) - presence - frequency * count : score;
}

function penaltyLine(score, { repetition, presence, frequency, count }, is, digits) {
  if (!count) return [`x ${is}`, t("the text does not have this token yet: no penalty")];
  const taken = [presence ? ` − ${digits(presence)}` : "", frequency ? ` − ${digits(frequency)} × ${count}` : ""].join("");
  const first = repetition === 1 ? digits(score) : `${digits(score)} ${score > 0 ? "/" : "×"} ${digits(repetition)}`;
  return [`${first}${taken} ${is}`, t("the text has this token {count} times", { count })];
}
