/** The x axis of the comparison: steps, tokens, seconds or energy, straight or logarithmic, with ticks that people can read. */
import { count, duration, number } from "../kit/format.js";
import { niceTicks } from "../kit/plot.js";
import { t } from "../kit/words.js";

const FACTORS = [1, 2, 5];

export const axisName = (x) => ({ step: t("training step"), tokens: t("tokens read"), seconds: t("seconds of training, measured"), energy: t("milliwatt-hours used for training") })[x];

export function placeText(x, place) {
  if (x === "seconds") return duration(place);
  if (x === "energy") return `${number(place)}\u00a0mWh`;
  if (x === "tokens") return t("{count} tokens", { count: count(Math.round(place)) });
  return t("step {step}", { step: Math.round(place) });
}

export const tickText = (x, place) => (place < 1 && place > 0 ? String(Number(place.toPrecision(1))) : count(Number(place.toPrecision(3))));

/** Round places of the axis, about one in `pixels`. */
export function ticksOf(scale, pixels) {
  const { kind, firstStep, lastStep, left, right } = scale;
  const most = Math.max(2, Math.floor((right - left) / pixels));
  if (kind !== "log" || lastStep / Math.max(1, firstStep) < 20) return niceTicks(firstStep, lastStep, most);
  const powers = Array.from({ length: 12 }, (_, power) => 10 ** power);
  const fine = [0, ...powers.flatMap((power) => FACTORS.map((factor) => factor * power))];
  const chosen = apart(fine.filter((tick) => tick >= firstStep && tick <= lastStep), scale, pixels);
  return chosen.length >= 3 ? chosen : niceTicks(firstStep, lastStep, most);
}

/** Those that keep their distance, beginning at the end, where the interest is. */
function apart(ticks, scale, pixels) {
  const kept = [];
  for (const tick of ticks.reverse()) if (!kept.length || scale.toPixel(kept.at(-1)) - scale.toPixel(tick) >= pixels) kept.push(tick);
  return kept.reverse();
}
