/** From raw logits to one chosen token, in the browser: the same order and the same rules as lm_core.generation.sampling.
 *
 *  Penalties for tokens that the text has already, temperature, top-k, top-p over the renormalised rest, min-p, softmax
 *  over what is left, then one draw u on [0, 1). Slices lie from the most to the least likely, of equals the lower id
 *  first, so the same u can be replayed under other settings. Large vocabularies come as their likeliest tokens, those
 *  that the text has, and all others in groups of like scores.
 */

/** The id of the one slice that stands for all tokens that were not sent. */
export const OTHERS = -1;

/** The settings in the names of lm_core, and the positions at which they do nothing. */
export const OFF = { repetition_penalty: 1, presence_penalty: 0, frequency_penalty: 0, top_k: null, top_p: 1, min_p: 0 };

/** Whether two records ask for the same sampling. The seed is not part of it: u is given. */
export const sameSampling = (one, other) => one.temperature === other.temperature && Object.keys(OFF).every((name) => one[name] === other[name]);

export const hasPenalties = ({ repetition_penalty: repetition, presence_penalty: presence, frequency_penalty: frequency }) =>
  repetition !== 1 || presence !== 0 || frequency !== 0;

/** A step's scores in falling order: [{id, logit}]. It does not depend on the settings, so it is made once.
 *  Nine digits were sent of each; rounded to float32 they are the model's own number again. */
export const ranked = ({ ids, logits }) => inOrder(logits.map((logit, place) => ({ id: ids?.[place] ?? place, logit: Math.fround(logit), score: Math.fround(logit) })));

const inOrder = (items) => items.sort((one, other) => other.score - one.score || one.id - other.id);

/** The scores after the penalties: [{id, logit, score}] in falling order. `seen` are the ids of the text so far. */
function penalised(ranking, seen, settings) {
  if (!hasPenalties(settings)) return ranking;
  const { repetition_penalty: repetition, presence_penalty: presence, frequency_penalty: frequency } = settings;
  const counts = new Map();
  for (const id of seen) counts.set(id, (counts.get(id) ?? 0) + 1);
  return inOrder(ranking.map(({ id, logit }) => {
    const count = counts.get(id);
    if (!count) return { id, logit, score: logit };
    return { id, logit, score: (logit > 0 ? logit / repetition : logit * repetition) - presence - frequency * count };
  }));
}

/** e^((score - top) / T); at T = 0 the limit: the top alone is left. `variance` is that of a group around its mean. */
function weightOf(score, top, rank, temperature, variance = 0) {
  if (temperature === 0) return rank === 0 ? 1 : 0;
  return Math.exp((score - top) / temperature) * (1 + variance / (2 * temperature * temperature));
}

const scaledBy = (score, rank, temperature) => (temperature === 0 ? (rank > 0 ? -Infinity : score) : score / temperature);

/** All candidates of one step under the settings, most likely first.
 *
 *  `step` is {ranking: ranked(…), tail: null or [[count, mean, variance], …], seen: ids}. Each candidate gets `rank`,
 *  `score` (after the penalties), `scaled`, `uncut` (its share before the filters), `cut` (null or {by, limit}),
 *  `probability`, `from`, `to`.
 */
export function distribution({ ranking, tail, seen = [] }, settings) {
  const { temperature } = settings;
  const single = penalised(ranking, seen, settings);
  const groups = (tail ?? []).map(([count, score, variance]) => ({ id: OTHERS, score, count, variance }));
  const scores = tail ? inOrder([...single, ...groups]) : single;
  const top = scores[0].score;
  let rank = 0;
  const candidates = scores.map(({ id, logit, score, count = 1, variance }) => {
    const weight = count * weightOf(score, top, rank, temperature, variance);
    rank += count;
    return { id, logit, score, rank: rank - count, count, scaled: scaledBy(score, rank - count, temperature), weight, cut: null };
  });
  const all = sumOf(candidates);
  for (const candidate of candidates) candidate.uncut = candidate.weight / all;
  cutTopK(candidates, settings.top_k);
  cutTopP(candidates, settings.top_p);
  cutMinP(candidates, settings, top);
  const whole = tail ? gathered(candidates) : candidates;
  layOnLine(whole);
  return whole;
}

const sumOf = (candidates) => candidates.reduce((sum, { cut, weight }) => sum + (cut ? 0 : weight), 0);

/** Of a group that a filter ends in, as much stays as belongs to it. */
function cutTopK(candidates, k) {
  if (k === null) return;
  let before = 0;
  for (const candidate of candidates) {
    const room = k - before;
    if (room <= 0) candidate.cut = { by: "top-k", limit: k };
    else if (candidate.count > room) candidate.weight *= room / candidate.count;
    before += candidate.count;
  }
}

/** Keep the fewest whose share of what top-k left reaches p: the one that crosses p stays. */
function cutTopP(candidates, p) {
  if (p >= 1) return;
  const rest = sumOf(candidates);
  let before = 0;
  for (const candidate of candidates) {
    if (candidate.cut) continue;
    if (before >= p) candidate.cut = { by: "top-p", limit: p };
    else if (candidate.id === OTHERS) candidate.weight = Math.min(candidate.weight, (p - before) * rest);
    before += candidate.weight / rest;
  }
}

/** Keep those at least so large a share of the likeliest. */
function cutMinP(candidates, { min_p: share, temperature }, top) {
  if (share <= 0) return;
  for (const candidate of candidates) {
    if (!candidate.cut && weightOf(candidate.score, top, candidate.rank, temperature) < share) candidate.cut = { by: "min-p", limit: share };
  }
}

/** The groups of the tail as one candidate; `bits` is how open a choice among them alone would be. */
function gathered(candidates) {
  const named = candidates.filter(({ id }) => id !== OTHERS);
  const groups = candidates.filter(({ id }) => id === OTHERS);
  const kept = groups.filter(({ cut, weight }) => !cut && weight > 0);
  const weight = sumOf(kept);
  const bits = kept.reduce((sum, group) => sum + (group.weight / weight) * (Math.log2(group.count) - Math.log2(group.weight / weight)), 0);
  const total = (key) => groups.reduce((sum, group) => sum + group[key], 0);
  return [...named, {
    id: OTHERS, logit: NaN, score: NaN, scaled: NaN, rank: named.length, count: total("count"), uncut: total("uncut"), weight, bits,
    cut: kept.length ? null : groups.at(-1).cut,
  }];
}

/** Give every kept candidate its probability and its slice [from, to) of the line. */
function layOnLine(candidates) {
  const kept = sumOf(candidates);
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
