/** A head's weights in, its honest name out, as `lm_core/interpret/heads.py` gives it: a test holds the two alike.
 *
 *  A name needs support in both halves of the sentence and, where the model was asked, on random tokens said twice. Names
 *  are ids here ("previous", "sink", …, "mixed", "short"); names.js gives them words.
 */
import { FIRST_QUERY, kindsOf } from "./kinds.js";
import { cellIndex, keysOf, rowStart } from "./cells.js";
import { placesOf, triangleOf } from "./payload.js";

const NEAR = 4;
const SINK_DISTANCE = 2; // nearer than this, a sink cannot be told from looking one back
const ENOUGH = 3; // queries in each half; fewer are no evidence
const HALF_SUPPORT = 0.8; // each witness must reach this share of the threshold
const BY_RANDOM = ["repeat", "same"]; // in a language, other things look alike

/** What it takes to earn a name; the first that holds is the name. */
export const THRESHOLDS = { previous: 0.5, next: 0.5, itself: 0.5, first: 0.4, sink: 0.4, repeat: 0.4, same: 0.4, brackets: 0.4, class: 0.5, near: 0.6, broad: 0.85 };
/** Only where later tokens are seen can a head look at the next one. */
const namesOf = (wide) => Object.keys(THRESHOLDS).filter((name) => wide || name !== "next");

// b ln b of every byte: logarithms would be most of the work.
const LOGARITHMS = Float64Array.from({ length: 256 }, (_, byte) => (byte ? byte * Math.log(byte) : 0));
const MOST_HIDDEN = 0.5; // of a step of a byte: more would have been rounded up

/** {name, score, nearest, sink, distance, entropy, measures: [{name, score, text, random, threshold, sure}]}; the name is
 *  "mixed" when no kind is sure. `random`: scores by name of this head on random tokens, where the model was asked; `wide` as in cells.js. */
export function measureHead(triangle, kinds, random = null, wide = 0) {
  const { size } = kinds;
  const tallies = Object.fromEntries(namesOf(wide).map((name) => [name, createTally(size)]));
  const rows = sharesOf(triangle, size, wide);
  const totals = tallyRows(triangle, rows, kinds, tallies, wide);
  const sink = findSink(triangle, rows, size, wide);
  if (sink.key > 0) {
    for (let query = Math.max(FIRST_QUERY, sink.key + SINK_DISTANCE); query < size; query += 1) {
      tallies.sink.add(query, (triangle[cellIndex(query, sink.key, wide)] || rows.fills[query]) * rows.parts[query]);
    }
  }
  const measures = namesOf(wide).map((name) => judge(name, tallies[name], random));
  const found = measures.find((measure) => measure.sure);
  // Evenness is high for most heads, so as the nearest kind it would always win.
  const rivals = measures.filter(({ name }) => name !== "broad");
  const nearest = rivals.reduce((best, one) => (one.score / one.threshold > best.score / best.threshold ? one : best));
  const short = size < FIRST_QUERY + 2 * ENOUGH;
  const unnamed = { name: short ? "short" : "mixed", score: nearest.score, nearest };
  const reach = { distance: totals.distance / size, entropy: size > 1 ? totals.entropy / (size - 1) / Math.LN2 : 0 };
  return { ...(found ?? unnamed), sink: { ...sink, present: sink.share >= THRESHOLDS.sink / 2 }, ...reach, measures };
}

/** A row of bytes is rounded: what it lacks of 255 lies in its zeros, evenly as far as anyone can tell. `fills` is what a
 *  zero of each row stands for, in steps of a byte; `parts` what a step is of its row. */
function sharesOf(triangle, size, wide) {
  const [parts, fills] = [new Float64Array(size), new Float64Array(size)];
  for (let query = 0; query < size; query += 1) {
    let [total, zeros] = [0, 0];
    for (let index = rowStart(query, wide); index < rowStart(query + 1, wide); index += 1) {
      total += triangle[index];
      if (triangle[index] === 0) zeros += 1;
    }
    fills[query] = zeros ? Math.min(MOST_HIDDEN, Math.max(0, 255 - total) / zeros) : 0;
    parts[query] = 1 / Math.max(total + zeros * fills[query], Number.EPSILON);
  }
  return { parts, fills };
}

/** One walk over the map feeds every tally; returns what is summed over all rows. The marks of `kinds` lie in a triangle. */
function tallyRows(triangle, { parts, fills }, kinds, tallies, wide) {
  const { size, counts, opener, classWeights } = kinds;
  const totals = { distance: 0, entropy: 0 };
  for (let query = 0; query < size; query += 1) {
    const start = rowStart(query, wide);
    const marks = rowStart(query);
    const [part, fill] = [parts[query], fills[query]];
    const fillLogarithm = fill ? fill * Math.log(fill) : 0;
    let [near, same, repeat, alike, logarithms, distance] = [0, 0, 0, 0, 0, 0];
    for (let key = 0; key < keysOf(query, wide); key += 1) {
      const byte = triangle[start + key];
      const weight = byte || fill;
      if (weight === 0) continue;
      logarithms += byte ? LOGARITHMS[byte] : fillLogarithm;
      distance += weight * Math.abs(query - key);
      if (key > query) continue; // a kind of head goes by what stands before
      const index = marks + key;
      if (key < query && key >= query - NEAR) near += weight;
      if (kinds.same[index]) same += weight;
      if (kinds.repeat[index]) repeat += weight;
      if (kinds.class[index]) alike += weight;
    }
    const entropy = -Math.log(part) - part * logarithms;
    totals.distance += distance * part;
    if (query > 0) totals.entropy += entropy;
    if (query < FIRST_QUERY) continue;
    const share = (key) => (triangle[start + key] || fill) * part;
    tallies.previous.add(query, share(query - 1));
    if (wide && query + 1 < size) tallies.next.add(query, share(query + 1));
    tallies.itself.add(query, share(query));
    tallies.first.add(query, share(0));
    tallies.near.add(query, near * part);
    tallies.broad.add(query, entropy / Math.log(keysOf(query, wide)));
    if (counts.same[query]) tallies.same.add(query, same * part);
    if (counts.repeat[query]) tallies.repeat.add(query, repeat * part);
    if (opener[query] >= 0) tallies.brackets.add(query, share(opener[query]));
    const chance = counts.class[query] / keysOf(query, wide);
    if (classWeights[query]) tallies.class.add(query, (alike * part - chance) / Math.max(1 - chance, 1e-9), classWeights[query]);
  }
  return totals;
}

/** The key in the first half that gets most from afar, whatever asks, and its share; the earliest of equals. */
function findSink(triangle, { parts, fills }, size, wide) {
  let best = { key: 0, share: 0 };
  for (let key = 0; key < Math.max(1, size >> 1); key += 1) {
    const from = Math.max(FIRST_QUERY, key + SINK_DISTANCE);
    let total = 0;
    for (let query = from; query < size; query += 1) total += (triangle[cellIndex(query, key, wide)] || fills[query]) * parts[query];
    const share = size > from ? total / (size - from) : 0;
    if (share > best.share) best = { key, share };
  }
  return best;
}

function createTally(size) {
  const middle = Math.floor((size + FIRST_QUERY + 1) / 2);
  const halves = [{ total: 0, weight: 0, count: 0 }, { total: 0, weight: 0, count: 0 }];
  return {
    halves,
    add(query, value, weight = 1) {
      const half = halves[query < middle ? 0 : 1];
      half.total += value * weight;
      half.weight += weight;
      half.count += 1;
    },
  };
}

function judge(name, { halves: [early, late] }, random) {
  const threshold = THRESHOLDS[name];
  const weight = early.weight + late.weight;
  const text = weight ? (early.total + late.total) / weight : null;
  const again = random?.[name] ?? null;
  const held = [early, late].every((half) => half.count >= ENOUGH && half.total / half.weight >= threshold * HALF_SUPPORT);
  const agrees = again === null || again >= threshold * HALF_SUPPORT;
  const byRandom = BY_RANDOM.includes(name) && again !== null;
  const sure = byRandom ? again >= threshold : text !== null && text >= threshold && held && agrees;
  return { name, score: (byRandom ? again : text ?? again) ?? 0, text, random: again, threshold, sure };
}

/** A head's name is asked for by every view; it is worked out once per moment. `random.at(step)`: scores of all heads on
 *  random tokens at a step whose model is kept, a list for each layer. `measureAt.text` goes by the sentence alone. */
export function rememberMeasures(film, random = null) {
  const [known, onText] = [new Map(), new Map()];
  const kinds = kindsOf(film.tokens);
  const measure = (moment, place, scores) => measureHead(triangleOf(film, moment, place), kinds, scores, film.wide);
  const remembered = (map, moment, place, scoresOf) => {
    const id = `${moment} ${place.layer} ${place.combine ?? place.head}`;
    if (!map.has(id)) map.set(id, measure(moment, place, scoresOf()));
    return map.get(id);
  };
  const text = (moment, place) => remembered(onText, moment, place, () => null);
  function measureAt(moment, place) {
    const scores = place.combine ? null : random?.at(film.moments[moment].step)?.[place.layer]?.[place.head];
    return scores ? remembered(known, moment, place, () => scores) : text(moment, place);
  }
  return Object.assign(measureAt, { text });
}

/** Work out all names while nothing moves, newest moment first: playing then finds them ready. Returns its stop. */
export function warmUp(film, measureAt) {
  const whenIdle = window.requestIdleCallback ?? ((task) => setTimeout(task, 50));
  const places = placesOf(film);
  let left = film.moments.length * places.length;
  let stopped = false;
  whenIdle(function some() {
    const until = performance.now() + 8;
    while (left > 0 && performance.now() < until) {
      left -= 1;
      measureAt(Math.floor(left / places.length), places[left % places.length]);
    }
    if (left > 0 && !stopped) whenIdle(some);
  });
  return () => { stopped = true; };
}
