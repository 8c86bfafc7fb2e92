/** A head's weights in, its honest name out: a name only where both halves of the sentence support it.
 *
 *  Names are ids here ("previous", "sink", …, "mixed", "short"); names.js gives them words.
 *
 *      previous   weight on the token just before
 *      sink       weight on one early token, whatever asks
 *      itself     weight on the token itself
 *      repeat     weight on what came after earlier copies of this token (induction heads, Olsson et al. 2022)
 *      same       weight on earlier copies of this token
 *      near       weight on the last four tokens
 *      broad      entropy of the row over the most that so many keys allow: 1 = the same weight everywhere
 */
import { triangleIndex } from "./payload.js";

const FIRST_QUERY = 6; // with fewer keys to choose from, every pattern looks strong
const NEAR = 4;
const SINK_DISTANCE = 2; // nearer than this, a sink cannot be told from looking one back
const ENOUGH = 3; // queries in each half; fewer are no evidence
const HALF_SUPPORT = 0.8; // each half must reach this share of the threshold

/** What it takes to earn a name; the first that holds is the name. */
export const THRESHOLDS = { previous: 0.5, sink: 0.4, itself: 0.5, repeat: 0.4, same: 0.4, near: 0.6, broad: 0.85 };

// -p ln p of every weight that a byte can hold: logarithms would be most of the work.
const ENTROPY = Float64Array.from({ length: 256 }, (_, byte) => (byte ? (-byte / 255) * Math.log(byte / 255) : 0));

/** {name, score, sink, measures: [{name, score, threshold, sure}], nearest}; name is "mixed" when no pattern is sure. */
export function measureHead(triangle, tokens) {
  const size = tokens.length;
  const tallies = Object.fromEntries(Object.keys(THRESHOLDS).map((name) => [name, createTally(size)]));
  const columns = tallyRows(triangle, numberTokens(tokens), tallies);
  const sink = findSink(columns, size);
  for (let query = Math.max(FIRST_QUERY, sink.key + SINK_DISTANCE); query < size; query += 1) {
    tallies.sink.add(query, triangle[triangleIndex(query, sink.key)] / 255);
  }
  const measures = Object.entries(THRESHOLDS).map(([name, threshold]) => judge(name, threshold, tallies[name]));
  const found = measures.find((measure) => measure.sure);
  if (found) return { ...found, sink, measures };
  // Evenness is high for most heads, so as the nearest pattern it would always win.
  const nearest = measures.filter(({ name }) => name !== "broad").reduce((best, one) => (one.score > best.score ? one : best));
  const short = size < FIRST_QUERY + 2 * ENOUGH;
  return { name: short ? "short" : "mixed", score: nearest.score, nearest, sink, measures };
}

/** Equal tokens get equal numbers: comparing numbers is cheap. */
function numberTokens(tokens) {
  const numbers = new Map();
  return Int32Array.from(tokens, (token) => {
    if (!numbers.has(token)) numbers.set(token, numbers.size);
    return numbers.get(token);
  });
}

/** One walk over the triangle feeds every tally; returns each column's total over the queries from afar. */
function tallyRows(triangle, codes, tallies) {
  const size = codes.length;
  const columns = new Float64Array(size);
  for (let query = FIRST_QUERY; query < size; query += 1) {
    const start = triangleIndex(query, 0);
    let [near, same, repeat, entropy, copies, followers] = [0, 0, 0, 0, 0, 0];
    for (let key = 0; key <= query; key += 1) {
      const weight = triangle[start + key];
      entropy += ENTROPY[weight];
      if (key <= query - SINK_DISTANCE) columns[key] += weight / 255;
      if (key === query) continue;
      if (key >= query - NEAR) near += weight;
      if (codes[key] === codes[query]) { same += weight; copies += 1; }
      if (key > 0 && codes[key - 1] === codes[query]) { repeat += weight; followers += 1; }
    }
    tallies.previous.add(query, triangle[start + query - 1] / 255);
    tallies.itself.add(query, triangle[start + query] / 255);
    tallies.near.add(query, near / 255);
    tallies.broad.add(query, entropy / Math.log(query + 1));
    if (copies) tallies.same.add(query, same / 255);
    if (followers) tallies.repeat.add(query, repeat / 255);
  }
  return columns;
}

/** The key that draws most attention from afar, whatever asks; else the first token, with what it gets. */
function findSink(columns, size) {
  const share = (key) => columns[key] / Math.max(1, size - Math.max(FIRST_QUERY, key + SINK_DISTANCE));
  let key = 0;
  for (let other = 1; other < size / 2; other += 1) if (share(other) > share(key)) key = other;
  const present = share(key) >= THRESHOLDS.sink / 2;
  return present ? { key, share: share(key), present } : { key: 0, share: share(0), present };
}

function createTally(size) {
  const middle = (size + FIRST_QUERY) / 2;
  const halves = [{ total: 0, count: 0 }, { total: 0, count: 0 }];
  return {
    halves,
    add(query, value) {
      const half = halves[query < middle ? 0 : 1];
      half.total += value;
      half.count += 1;
    },
  };
}

function judge(name, threshold, { halves }) {
  const count = halves[0].count + halves[1].count;
  const score = count ? (halves[0].total + halves[1].total) / count : 0;
  const supported = halves.every((half) => half.count >= ENOUGH && half.total / half.count >= threshold * HALF_SUPPORT);
  return { name, score, threshold, sure: score >= threshold && supported };
}

/** A head's name is asked for by every view; it is worked out once per moment. */
export function rememberMeasures(film, storedTriangle) {
  const known = new Map();
  return (moment, { layer, head }) => {
    const id = (moment * film.layers + layer) * film.heads + head;
    if (!known.has(id)) known.set(id, measureHead(storedTriangle(film, moment, layer, head), film.tokens));
    return known.get(id);
  };
}

/** Work out all names while nothing moves, newest moment first: playing then finds them ready. Returns its stop. */
export function warmUp(film, measureAt) {
  const whenIdle = window.requestIdleCallback ?? ((task) => setTimeout(task, 50));
  const perMoment = film.layers * film.heads;
  let left = film.moments.length * perMoment;
  let stopped = false;
  whenIdle(function some() {
    const until = performance.now() + 8;
    while (left > 0 && performance.now() < until) {
      left -= 1;
      const place = left % perMoment;
      measureAt(Math.floor(left / perMoment), { layer: Math.floor(place / film.heads), head: place % film.heads });
    }
    if (left > 0 && !stopped) whenIdle(some);
  });
  return () => { stopped = true; };
}
