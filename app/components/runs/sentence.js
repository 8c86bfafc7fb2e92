/** What the chosen runs say together, in one or two sentences that the data write. */
import { fixed } from "../kit/format.js";
import { t } from "../kit/words.js";
import { placeText } from "./axis.js";
import { measuredAt } from "./series.js";
import { clauseOf, differences, nounOf } from "./settings.js";

const MOST_NAMED = 3;
const CUT_SHORT = ["stopped", "failed"];
const SMALL_GAP = { nats: 0.03, bytes: 0.04 };

export const unitWords = (unit) => (unit === "bytes" ? t("bits per byte") : t("nats per token"));

/** Sentences one after another, as the language joins them. */
export const inARow = (...sentences) => sentences.filter(Boolean).reduce((first, second) => t("{first} {second}", { first, second }), "").trim();

/** Runs that still train, or were cut short, are compared where both have come to. `ends`: [{row, mark, value, over, line}] of the chosen runs in order; `groups`: lists of ids that differ in the seed only. */
export function comparison(ends, groups, unit, x = "step") {
  const known = ends.filter(({ value }) => value !== null);
  if (!ends.length) return t("Choose runs from the list: their curves appear here together.");
  if (!known.length) return t("No loss yet: the first one appears a few seconds after the start.");
  if (ends.length === 1) return alone(ends[0], unit);
  const seeds = groups.filter((group) => group.length > 1);
  if (seeds.length && known.length === ends.length && seeds[0].length === ends.length) return onlySeeds(known, unit);
  if (known.length < 2) return inARow(alone(known[0], unit), t("The others have no loss yet."));
  return ends.length === 2 ? two(ends, unit, x) : many(known, ends, unit);
}

/** Those that mean something in each run: one that counts characters learns no pieces. */
const inAll = (different) => different.filter(({ values }) => !values.includes(undefined));

function alone({ mark, value, over }, unit) {
  const words = { run: mark.letter, value: fixed(value), unit: unitWords(unit) };
  return inARow(over ? t("{run} ends at {value} {unit}.", words) : t("{run} stands at {value} {unit}.", words), t("Choose another run to compare them."));
}

function two([first, second], unit, x) {
  const different = inAll(differences([first.row, second.row]));
  const over = [first, second].every((end) => end.over && !CUT_SHORT.includes(end.row.state)); // else where both have come to
  const place = over ? null : Math.min(first.line.xs.at(-1) ?? 0, second.line.xs.at(-1) ?? 0);
  const heights = [first, second].map((end) => (over ? end.value : measuredAt(end.line, place)?.value ?? end.value));
  const gap = Math.abs(heights[1] - heights[0]);
  const words = { run: second.mark.letter, base: first.mark.letter, gap: fixed(gap), unit: unitWords(unit), place: over ? "" : placeText(x, place) };
  const result = resultClause(heights[1] - heights[0], over, words);
  if (!different.length) {
    return inARow(t("{run} and {base} have the same settings.", words), t("{run} {result}.", { run: words.run, result }), gap < 0.005 ? t("Equal settings and seed give equal curves on one machine.") : "");
  }
  const clauses = different.length > MOST_NAMED
    ? t("differs from {base} in {count} settings", { base: words.base, count: different.length })
    : different.map(({ setting, values }) => clauseOf(setting, values[1], values[0])).reduce((one, other) => t("{one}, {other}", { one, other }));
  const doubt = over && gap < SMALL_GAP[unit] && !different.some(({ setting }) => setting === "seed") ? t("So small a gap may be chance: train a few seeds of each to know.") : "";
  return inARow(t("{run} {clauses} and {result}.", { run: words.run, clauses, result }), unlike(different, unit), doubt);
}

function resultClause(difference, over, words) {
  if (Math.abs(difference) < 0.005) return over ? t("ends at the same loss") : t("stands at the same loss ({place})", words);
  if (difference < 0) return over ? t("ends {gap} {unit} lower", words) : t("stands {gap} {unit} lower ({place})", words);
  return over ? t("ends {gap} {unit} higher", words) : t("stands {gap} {unit} higher ({place})", words);
}

function many(known, ends, unit) {
  const sorted = [...known].sort((one, other) => one.value - other.value);
  const [best, worst] = [sorted[0], sorted.at(-1)];
  const words = { best: best.mark.letter, value: fixed(best.value), unit: unitWords(unit), worst: worst.mark.letter, gap: fixed(worst.value - best.value) };
  const over = known.every((end) => end.over);
  const different = inAll(differences(ends.map(({ row }) => row)));
  const names = different.map(({ setting }) => nounOf(setting) ?? setting);
  const named = names.length && names.length <= 2 * MOST_NAMED ? t("They differ in: {names}.", { names: names.reduce((one, other) => t("{one}, {other}", { one, other })) }) : "";
  return inARow(
    over ? t("{best} ends lowest, at {value} {unit}; {worst} ends {gap} above it.", words) : t("{best} is lowest now, at {value} {unit}; {worst} stands {gap} above it.", words),
    named, unlike(different, unit));
}

function onlySeeds(known, unit) {
  const values = known.map(({ value }) => value);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return t("{count} seeds of the same settings lie between {low} and {high} {unit}, {mean} on average: a gap below {spread} between two runs may be chance.", {
    count: values.length, low: fixed(low), high: fixed(high), mean: fixed(mean), spread: fixed(high - low), unit: unitWords(unit),
  });
}

/** Why some comparisons are not fair. */
function unlike(different, unit) {
  const has = (prefix) => different.some(({ setting }) => setting.startsWith(prefix));
  if (has("model.causal")) return t("Without a mask a model reads the answer instead of guessing it: its loss cannot be compared with the others.");
  if (has("corpus.")) return t("They learned from different texts: one text may simply be easier.");
  return has("tokenizer.") && unit === "nats" ? t("Their tokens are not equally long, so losses per token cannot be compared: choose bits per byte.") : "";
}

/** Why the y axis is what it is, where that is not plain. */
export function fairness(rows, unit) {
  const tokenizers = differences(rows).some(({ setting }) => setting.startsWith("tokenizer."));
  return tokenizers && unit === "bytes" ? t("In bits per byte, because these runs cut text into tokens of different length: only per byte are their losses comparable.") : "";
}

/** Whose energy nobody knows: runs from before it was measured, and those that came with the app. */
export function withoutEnergy(entries, x) {
  const unknown = x === "energy" ? entries.filter(({ energy, seconds }) => energy === null && seconds > 0) : [];
  return unknown.length ? t("No energy was measured while {runs} trained.", { runs: unknown.map(({ mark }) => mark.letter).join(", ") }) : "";
}
