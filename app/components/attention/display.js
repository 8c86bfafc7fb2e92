/** Weights in, what is painted out: the sink hidden or not, on one of three scales. */
import { t } from "../kit/words.js";
import { triangleIndex } from "./payload.js";

export const SCALES = ["linear", "rows", "log"];
const FLOOR = 1 / 255; // the smallest weight that the stored bytes can tell from none

export function scaleLabel(scale) {
  return { linear: t("Linear"), rows: t("Per row"), log: t("Log") }[scale];
}

export function scaleHint(scale) {
  return {
    linear: t("colour = weight, 0 to 1"),
    rows: t("each row’s largest weight is full colour"),
    log: t("each third of the scale is about ×6"),
  }[scale];
}

export function scaleLegend(scale) {
  return { linear: ["0", "0.5", "1"], rows: ["0", t("half"), t("row max")], log: ["0.004", "0.06", "1"] }[scale];
}

export function displayTriangle(weights, size, { scale, hiddenKey }, into) {
  if (scale === "linear" && hiddenKey === null) {
    into.set(weights);
    return into;
  }
  for (let query = 0; query < size; query += 1) {
    const start = triangleIndex(query, 0);
    const hidden = hiddenKey !== null && hiddenKey <= query ? weights[start + hiddenKey] : 0;
    // Without the sink the rest shares 100 %, or nothing is left to share.
    const rest = hidden < 0.999 ? 1 / (1 - hidden) : 0;
    let largest = FLOOR;
    for (let key = 0; key <= query; key += 1) {
      const weight = key === hiddenKey ? 0 : weights[start + key] * rest;
      into[start + key] = weight;
      if (weight > largest) largest = weight;
    }
    if (scale === "linear") continue;
    for (let index = start; index <= start + query; index += 1) {
      into[index] = scale === "rows" ? into[index] / largest : logarithmic(into[index]);
    }
  }
  return into;
}

function logarithmic(weight) {
  return weight <= FLOOR ? 0 : 1 - Math.log(weight) / Math.log(FLOOR);
}
