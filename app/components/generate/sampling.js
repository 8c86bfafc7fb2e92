/** From raw logits to one chosen token, in the browser: the same order and the same rules as lm_core.generation.sampling.
 *
 *  Temperature, then top-k, then top-p over the renormalised rest, then softmax over what is left, then one draw u on
 *  [0, 1). Slices lie from the most to the least likely, of equals the lower id first, so the same u can be replayed
 *  under other settings. Large vocabularies come as their likeliest tokens and the exact weight of all the others.
 */

/** The id of the one slice that stands for all tokens that were not sent. */
export const OTHERS = -1;

/** Whether two records ask for the same sampling. The seed is not part of it: u is given. */
export const sameSampling = (one, other) =>
  one.temperature === other.temperature && one.topK === other.topK && one.topP === other.topP;

/** A step's scores in falling order: [{id, logit, rank}]. It does not depend on the settings, so it is made once.
 *  Nine digits were sent of each; rounded to float32 they are the model's own number again. */
export function ranked({ ids, logits }) {
  return logits
    .map((logit, place) => ({ id: ids?.[place] ?? place, logit: Math.fround(logit) }))
    .sort((one, other) => other.logit - one.logit || one.id - other.id)
    .map((candidate, rank) => ({ ...candidate, rank }));
}

/** e^((logit - top) / T); at T = 0 the limit: the top alone is left. */
function weightOf(logit, top, rank, temperature) {
  if (temperature === 0) return rank === 0 ? 1 : 0;
  return Math.exp((logit - top) / temperature);
}

const scaledBy = (logit, rank, temperature) => (temperature === 0 && rank > 0 ? -Infinity : temperature === 0 ? logit : logit / temperature);

/** What was measured of the tokens that were not sent, at this temperature: the sum of their e^((logit - top) / T), and
 *  how open a choice among them alone would be, in bits. */
function tailAt(tail, temperature) {
  const place = tail.temperatures.findIndex((value) => Math.abs(value - temperature) < 1e-9);
  return place < 0 ? { weight: 0, bits: 0 } : { weight: tail.weights[place], bits: tail.bits[place] };
}

/** All candidates of one step under {temperature, topK (null: all), topP}, most likely first.
 *
 *  `step` is {ranking: ranked(…), tail: null or {count, temperatures, weights}}. Each candidate gets
 *  `scaled`, `uncut` (its share before the filters), `cut` (null or {by, limit}), `probability`, `from`, `to`.
 */
export function distribution(step, settings) {
  const { temperature } = settings;
  const top = step.ranking[0].logit;
  const candidates = step.ranking.map(({ id, logit, rank }) => ({
    id, logit, rank, count: 1, scaled: scaledBy(logit, rank, temperature), weight: weightOf(logit, top, rank, temperature), cut: null,
  }));
  if (step.tail) {
    const others = tailAt(step.tail, temperature);
    candidates.push({ id: OTHERS, logit: NaN, rank: candidates.length, count: step.tail.count, scaled: NaN, cut: null, ...others });
  }
  const all = candidates.reduce((sum, { weight }) => sum + weight, 0);
  for (const candidate of candidates) candidate.uncut = candidate.weight / all;
  cutTopK(candidates, settings.topK);
  cutTopP(candidates, settings.topP);
  layOnLine(candidates);
  return candidates;
}

function cutTopK(candidates, k) {
  if (k === null) return;
  for (const candidate of candidates) {
    if (candidate.rank >= k) candidate.cut = { by: "top-k", limit: k };
  }
}

/** Keep the fewest whose share of what top-k left reaches p: the one that crosses p stays. */
function cutTopP(candidates, p) {
  if (p >= 1) return;
  const rest = candidates.reduce((sum, { cut, weight }) => sum + (cut ? 0 : weight), 0);
  let before = 0;
  for (const candidate of candidates) {
    if (candidate.cut) continue;
    if (before >= p) candidate.cut = { by: "top-p", limit: p };
    // Where p ends among the tokens that were not sent, as much of them stays as p still needs.
    else if (candidate.id === OTHERS) candidate.weight = Math.min(candidate.weight, (p - before) * rest);
    before += candidate.weight / rest;
  }
}

/** Give every kept candidate its probability and its slice [from, to) of the line. */
function layOnLine(candidates) {
  const kept = candidates.reduce((sum, { cut, weight }) => sum + (cut ? 0 : weight), 0);
  let edge = 0;
  for (const candidate of candidates) {
    candidate.probability = candidate.cut ? 0 : candidate.weight / kept;
    candidate.from = edge;
    edge += candidate.probability;
    candidate.to = edge;
  }
}

/** The candidate whose slice [from, to) holds the draw; rounding at the very end gives it to the last that has one. */
export function choose(candidates, draw) {
  const place = draw * candidates.at(-1).to;
  return candidates.find((candidate) => candidate.to > place) ?? candidates.findLast(({ probability }) => probability > 0);
}

export function entropyBits(candidates) {
  return candidates.reduce((sum, { probability, bits = 0 }) => (probability > 0 ? sum + probability * (bits - Math.log2(probability)) : sum), 0);
}

/** Everything that follows from a step under the settings. */
export function readStep(step, settings) {
  const candidates = distribution(step, settings);
  const chosen = choose(candidates, step.u);
  return { candidates, chosen, entropy: entropyBits(candidates) };
}

/** A small repeatable generator (mulberry32): the same seed gives the same draws. */
export function seededDraws(seed, count) {
  let state = seed >>> 0;
  return Array.from({ length: count }, () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  });
}

/** How often each candidate is chosen by the draws: token id -> count. */
export function tally(candidates, draws) {
  const counts = new Map();
  for (const draw of draws) {
    const { id } = choose(candidates, draw);
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
}
