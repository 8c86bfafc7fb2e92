/** Numbers of a finished run for its film: where a step stands in time, what had been measured by then. */
import { BASELINES } from "../kit/series.js";

const KNEE = 5; // steps before the logarithm takes over, so that step 0 has a place

/** Place 0..1 of a step on a log axis: half of the learning happens in the first hundred steps. */
export const placeOf = (step, lastStep) => Math.log1p(step / KNEE) / Math.log1p(lastStep / KNEE);

/** One point per bucket at most; each is the mean of the [step, loss] that fall into it, as [place, loss]. */
export function thin(curve, lastStep, buckets) {
  const sums = new Map();
  for (const [step, loss] of curve) {
    const place = placeOf(step, lastStep);
    const key = Math.round(place * buckets);
    const entry = sums.get(key) ?? [0, 0, 0];
    sums.set(key, [entry[0] + place, entry[1] + loss, entry[2] + 1]);
  }
  return [...sums.values()].map(([place, loss, count]) => [place / count, loss / count]);
}

/** A frame that stays still: half nats around everything that will be drawn. */
export function lossFrame(film) {
  const values = [...film.curve, ...film.validation].map(([, loss]) => loss).concat(BASELINES.map((name) => film.ladder[name]).filter(Number.isFinite));
  return { low: Math.floor(Math.min(...values) * 2) / 2, high: Math.ceil(Math.max(...values) * 2) / 2 };
}

/** Index of the last entry whose place is not past `share`, and how far on to the next one `share` is. */
export function between(places, share) {
  const index = Math.max(0, places.findLastIndex((place) => place <= share + 1e-9));
  const room = (places[index + 1] ?? places[index]) - places[index];
  return { index, part: room > 0 ? Math.min(1, (share - places[index]) / room) : 0 };
}

/** The hardest simple model that a loss beats: the name of its rung, or null. */
export function beaten(ladder, loss) {
  return BASELINES.filter((name) => Number.isFinite(ladder[name]) && loss < ladder[name]).at(-1) ?? null;
}
