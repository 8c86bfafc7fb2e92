/** Weights in, what is painted out: the sink hidden or not, on one of three scales, or the difference to another moment. */
import { t } from "../kit/words.js";
import { keysOf, rowStart } from "./cells.js";
import { blendTriangle } from "./payload.js";

export const SCALES = ["linear", "rows", "log"];
const FLOOR = 1 / 255; // the smallest weight that the stored bytes can tell from none
const LEAST_LEFT = 8 * FLOOR; // of a row without its sink; of less, made large, one would see roundings

export function scaleLabel(scale) {
  return { linear: t("Linear"), rows: t("Per row"), log: t("Log") }[scale];
}

export function scaleHint(scale, signed = false) {
  if (signed) return {
    linear: t("colour = change of the weight, −1 to 1"),
    rows: t("each row’s largest change is full colour"),
    log: t("each third of a side is about ×6"),
  }[scale];
  return {
    linear: t("colour = weight, 0 to 1"),
    rows: t("each row’s largest weight is full colour"),
    log: t("each third of the scale is about ×6"),
  }[scale];
}

export function scaleLegend(scale, signed = false) {
  if (signed) return { linear: ["−1", "0", "+1"], rows: [t("−row max"), "0", t("+row max")], log: ["−1", "0", "+1"] }[scale];
  return { linear: ["0", "0.5", "1"], rows: ["0", t("half"), t("row max")], log: ["0.004", "0.06", "1"] }[scale];
}

/** What a view reads, for its `watch`. */
export const SHOWN = ["time", "scale", "hideSink", "combine", "against", "palette"];

/** display(state, place, hiddenKey) -> {weights as they are, shown for colours, drawn for lines, before, signed}; the arrays
 *  are used again by the next call. `before`: the weights compared with, where `signed`. */
export function createDisplay(film) {
  const { wide } = film;
  const [weights, before, shown, drawn] = Array.from({ length: 4 }, () => new Float32Array(film.triangle));
  return function display(state, place, hiddenKey) {
    blendTriangle(film, state.time, place, weights);
    const reference = state.against?.at(Math.round(state.time));
    if (!reference && state.scale === "linear" && hiddenKey === null) return { weights, shown: weights, drawn: weights, signed: false };
    if (!reference) {
      displayTriangle(weights, film.size, { scale: state.scale, hiddenKey, wide }, shown);
      if (state.scale !== "linear") displayTriangle(weights, film.size, { scale: "linear", hiddenKey, wide }, drawn);
      return { weights, shown, drawn: state.scale === "linear" ? shown : drawn, signed: false };
    }
    blendTriangle(reference.film, reference.moment, place, before);
    displayTriangle(weights, film.size, { scale: "linear", hiddenKey, wide }, drawn);
    displayTriangle(before, film.size, { scale: "linear", hiddenKey, wide }, shown);
    for (let index = 0; index < drawn.length; index += 1) drawn[index] -= shown[index];
    changeTriangle(drawn, film.size, state.scale, shown, wide);
    return { weights, before, shown, drawn, signed: true };
  };
}

export function displayTriangle(weights, size, { scale, hiddenKey, wide = 0 }, into) {
  if (scale === "linear" && hiddenKey === null) {
    into.set(weights);
    return into;
  }
  for (let query = 0; query < size; query += 1) {
    const start = rowStart(query, wide);
    const keys = keysOf(query, wide);
    const hidden = hiddenKey !== null && hiddenKey < keys ? weights[start + hiddenKey] : 0;
    // Without the sink the rest shares 100 %, or too little is left to share.
    const rest = 1 - hidden >= LEAST_LEFT ? 1 / (1 - hidden) : 0;
    let largest = FLOOR;
    for (let key = 0; key < keys; key += 1) {
      const weight = key === hiddenKey ? 0 : weights[start + key] * rest;
      into[start + key] = weight;
      if (weight > largest) largest = weight;
    }
    if (scale === "linear") continue;
    for (let index = start; index < start + keys; index += 1) {
      into[index] = scale === "rows" ? into[index] / largest : logarithmic(into[index]);
    }
  }
  return into;
}

/** Differences -1..1 on a scale: the sign stays. */
function changeTriangle(changes, size, scale, into, wide) {
  for (let query = 0; query < size; query += 1) {
    const start = rowStart(query, wide);
    const end = start + keysOf(query, wide);
    let largest = 2 * FLOOR; // two roundings
    for (let index = start; index < end; index += 1) largest = Math.max(largest, Math.abs(changes[index]));
    for (let index = start; index < end; index += 1) {
      const change = changes[index];
      into[index] = scale === "linear" ? change : scale === "rows" ? change / largest : Math.sign(change) * logarithmic(Math.abs(change));
    }
  }
  return into;
}

const logarithmic = (weight) => (weight <= FLOOR ? 0 : 1 - Math.log(weight) / Math.log(FLOOR));

/** How a shown value is painted: colours as CSS text, and as pixels at `words[value * scale + offset]`. */
export function paintOf(palette, signed) {
  if (!signed) return { signed, at: palette.attention.at, words: palette.attention.words, scale: 255, offset: 0 };
  return { signed, at: (value) => palette.signed.at((value + 1) / 2), words: palette.signed.words, scale: 127.5, offset: 127.5 };
}
