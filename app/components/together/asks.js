/** What is given along to ask where a number of two texts came from: whose words, read by which model, at which draw. */
import { asked, figure, givenIds } from "../inside/numbers.js";

/** The text of `side` before token `at`, read by the model `by`; null where that has no tokens in common, or only counts. */
export function givenAt({ rows, models, sameTokens, settings }, side, by, at, more = {}) {
  if (!models || models[by].counts || (by !== side && !sameTokens)) return null;
  const ids = [...models[side].promptIds, ...rows.slice(0, at).map((row) => row[side].id)];
  return givenIds(ids, "writing", models[by].step, { run: models[by].run, ...settings, said: 0, drawn: models[0].promptIds.length + at, ...more });
}

/** The bits a token of the text of `side` under the model `by`, up to token `at`. */
export function askedBits(state, side, by, at) {
  const given = givenAt(state, side, by, at + 1, { first: state.models[side].promptIds.length });
  return asked(given, "written.bits", state.models[side].promptIds.length + at);
}

/** The third text before token `at`, read by A (0) or B (1). */
export function givenOfThird({ third, models, settings }, by, at) {
  if (models.some(({ counts }) => counts)) return null;
  const ids = [...models[0].promptIds, ...third.rows.slice(0, at).map(({ id }) => id)];
  const other = { other: models[1].run, other_step: models[1].step };
  return givenIds(ids, "writing", models[by].step, { run: models[by].run, ...settings, said: 0, drawn: models[0].promptIds.length + at, ...(by === 0 ? other : {}) });
}

export { asked, figure };
