/** One row of keys in three bands: scores, their exponentials, the weights. Click or arrows pick the key. */
import { element } from "../kit/dom.js";
import { fixed } from "../kit/format.js";
import { quotedToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { allSingle, drawToken, penFor, widestLabel } from "./canvas.js";
import { labelPlan, turnOf } from "./layout.js";
import { wideNumber } from "./numbers.js";

const BAND = 64;
const GAP = 34;
const TITLE = 24;

export function createLadder(film, pick) {
  const canvas = element("canvas", { class: "ladder", tabindex: "0", role: "slider", aria: { label: t("Key that is looked at"), valuemin: "0" } });
  const single = allSingle(film.tokens);
  let shown = null;

  canvas.addEventListener("click", (event) => shown && pick(within(Math.floor(event.offsetX / shown.pitch))));
  canvas.addEventListener("keydown", (event) => {
    const targets = shown && { ArrowLeft: shown.key - 1, ArrowDown: shown.key - 1, ArrowRight: shown.key + 1, ArrowUp: shown.key + 1, Home: 0, End: shown.pickable - 1 };
    if (!targets || !(event.key in targets)) return;
    event.preventDefault();
    pick(within(targets[event.key]));
  });
  const within = (key) => Math.max(0, Math.min(shown.pickable - 1, key));

  /** bands: [{title, note, values, colour(palette), reveal 0..1, show(value), masked 0..1}]; `keys` have room, of which the
   *  first `pickable` may be looked at; the others are masked. */
  function draw({ bands, key, keys, pickable, width, palette }) {
    if (width < 20) return;
    const scale = palette.scale;
    const labels = single ? 16 * scale + 6 : widestLabel(film.tokens, palette) + 14;
    shown = { key, keys, pickable, pitch: Math.min(width / keys, 40 * scale), title: TITLE * scale, labels };
    const step = BAND + GAP * scale;
    const pen = penFor(canvas, width, bands.length * step - GAP * scale + shown.title + labels + 4);
    bands.forEach((band, index) => drawBand(pen, palette, band, index * step, width));
    drawKeys(pen, palette, bands.length * step - GAP * scale + shown.title);
    describe(bands.at(-1));
  }

  /** The chosen number stands over its bar; the title keeps to the other side. */
  function drawBand(pen, palette, band, top, width) {
    const x = (shown.key + 0.5) * shown.pitch;
    const rightward = x < width / 2;
    pen.font = palette.smallFont;
    pen.textBaseline = "alphabetic";
    pen.textAlign = rightward ? "right" : "left";
    pen.fillStyle = palette.muted;
    pen.fillText(band.reveal > 0 ? `${band.title} · ${band.note}` : band.title, rightward ? width : 0, top + 14 * palette.scale);
    drawBars(pen, palette, band, top + shown.title);
    ringKey(pen, palette, top + shown.title - 3, BAND + 6);
    if (band.reveal * shown.keys > shown.key) labelValue(pen, palette, band, x, top + 14 * palette.scale, width);
  }

  function labelValue(pen, palette, band, x, baseline, width) {
    const text = band.show(band.values[shown.key]);
    pen.font = palette.strongFont;
    pen.textAlign = "center";
    pen.fillStyle = palette.ink;
    const half = pen.measureText(text).width / 2;
    pen.fillText(text, Math.max(half, Math.min(width - half, x)), baseline);
  }

  function drawBars(pen, palette, band, top) {
    const lowest = Math.min(0, ...band.values);
    const highest = Math.max(0, ...band.values);
    const unit = BAND / (highest - lowest || 1);
    const zero = top + highest * unit;
    pen.fillStyle = palette.hairline;
    pen.fillRect(0, Math.round(zero), shown.pitch * shown.keys, 1);
    const visible = Math.min(band.values.length, Math.ceil(band.reveal * shown.keys));
    const gap = shown.pitch >= 4 ? 1 : 0;
    pen.fillStyle = band.colour(palette);
    for (let key = 0; key < visible; key += 1) {
      const hidden = key >= shown.pickable;
      const height = Math.abs(band.values[key]) * unit;
      if (!Number.isFinite(height)) continue;
      pen.globalAlpha = hidden ? 0.45 * (1 - (band.masked ?? 0)) : 1;
      pen.fillRect(key * shown.pitch + gap, band.values[key] < 0 ? zero + 1 : zero - height, shown.pitch - 2 * gap, Math.max(height, 0.5));
    }
    pen.globalAlpha = 1;
    if (band.masked > 0 && shown.pickable < shown.keys) hatchFuture(pen, palette, top);
  }

  /** Minus infinity has no bar: its room is hatched. */
  function hatchFuture(pen, palette, top) {
    const [left, right] = [shown.pickable * shown.pitch, shown.keys * shown.pitch];
    pen.save();
    pen.beginPath();
    pen.rect(left, top, right - left, BAND);
    pen.clip();
    pen.beginPath();
    for (let x = left - BAND; x < right; x += 6) {
      pen.moveTo(x, top + BAND);
      pen.lineTo(x + BAND, top);
    }
    pen.strokeStyle = palette.hairline;
    pen.lineWidth = 1;
    pen.stroke();
    pen.restore();
    pen.font = palette.smallFont;
    pen.textAlign = "left";
    pen.textBaseline = "middle";
    pen.fillStyle = palette.muted;
    if (right - left > 28) pen.fillText("−∞", left + 4, top + BAND / 2);
  }

  function drawKeys(pen, palette, top) {
    const plan = labelPlan(shown.pitch, (single ? 9 : 13) * palette.scale, 1);
    const height = shown.labels - 4;
    for (let key = 0; key < shown.keys; key += 1) {
      const here = key === shown.key;
      const covered = !here && Math.abs(key - shown.key) * shown.pitch < (single ? 9 : 13) * palette.scale;
      if (covered || (!here && turnOf(plan, key) < 0)) continue;
      drawToken(pen, palette, film.tokens[key], { x: (key + 0.5) * shown.pitch, y: top + 4 + height / 2, width: shown.pitch, height, upright: !single, muted: key >= shown.pickable });
    }
    ringKey(pen, palette, top + 4, height);
  }

  /** One ring a band: a single tall one would cross the titles between them. */
  function ringKey(pen, palette, top, height) {
    const width = Math.max(10, shown.pitch - 2);
    pen.strokeStyle = palette.selected;
    pen.lineWidth = 2;
    pen.strokeRect((shown.key + 0.5) * shown.pitch - width / 2, top, width, height);
  }

  function describe(band) {
    canvas.setAttribute("aria-valuemax", String(shown.pickable - 1));
    canvas.setAttribute("aria-valuenow", String(shown.key));
    canvas.setAttribute("aria-valuetext", t("{token}, position {position}, weight {weight}",
      { token: quotedToken(film.tokens[shown.key]), position: shown.key + 1, weight: fixed(band.values[shown.key]) }));
  }

  return { canvas, draw };
}

/** `masked`: how far the mask has come. */
export function scoreBands(work, [scores, powers, weights], masked) {
  const green = (palette) => palette.activations;
  return [
    { title: t("score of each key"), note: t("largest {number}", { number: wideNumber(Math.max(...work.scores)) }), values: [...work.allScores], colour: green, reveal: scores, masked, show: (value) => fixed(value) },
    { title: t("e to the score"), note: t("sum {number}", { number: wideNumber(work.total) }), values: [...work.exponentials], colour: green, reveal: powers, show: wideNumber },
    weightBand([...work.weights], weights),
  ];
}

export function weightBand(weights, reveal = 1) {
  return { title: t("weight"), note: t("sum {number}", { number: 1 }), values: weights, colour: (palette) => palette.attention.at(0.66), reveal, show: (value) => fixed(value) };
}
