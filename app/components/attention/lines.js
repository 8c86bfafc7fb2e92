/** One map as lines: from each token that looks, on the right, to the tokens looked at, on the left. `seen` is the part of
 *  the sentence in the window, {tokens, size, wide}, and changes with it. */
import { t } from "../kit/words.js";
import { drawToken, penFor } from "./canvas.js";
import { turnOf } from "./layout.js";
import { cellIndex, keysOf, rowStart } from "./cells.js";
import { shownQuery } from "./view.js";

const FAINT = 0.012; // weights below this draw no line
const BUCKETS = 16; // lines of like weight are stroked together: 16 strokes instead of 1 600
const MOST_LINES = 3000; // of a long sentence the strongest; more would be a wall, and take longer than a frame

export function createLines(seen, canvas) {
  /** `drawn` has true weights whatever the colour scale: a thousand lines at log scale are a blue wall. */
  function draw(layout, palette, paint, shown, drawn, state) {
    const pen = penFor(canvas, layout.linesWidth, layout.top + layout.rowPitch * seen.size + 8);
    pen.translate(0, layout.top);
    labelSides(pen, layout, palette);
    strokeLines(pen, layout, paint, drawn, state);
    labelTokens(pen, layout, palette, paint, shown, state);
    pen.translate(0, -layout.top);
  }

  function labelSides(pen, { linesWidth }, palette) {
    pen.font = palette.smallFont;
    pen.fillStyle = palette.muted;
    pen.textBaseline = "alphabetic";
    pen.textAlign = "left";
    pen.fillText(t("looked at"), 0, -9);
    pen.textAlign = "right";
    pen.fillText(t("looking"), linesWidth - 4, -9);
  }

  /** Faint context first, then the lines in focus, so that nothing hides them. */
  function strokeLines(pen, layout, paint, drawn, state) {
    const query = shownQuery(state);
    const key = state.hoveredQuery === null ? state.hoveredKey : null;
    const inFocus = key !== null ? (_q, k) => k === key : (q) => q === query;
    const anyFocus = key !== null || query !== null;
    const faintest = faintestDrawn(drawn);
    strokeBuckets(pen, layout, paint, drawn, anyFocus ? 0.22 : 0.8, faintest, (q, k) => !anyFocus || !inFocus(q, k));
    if (anyFocus) strokeBuckets(pen, layout, paint, drawn, 1, FAINT, inFocus);
  }

  function strokeBuckets(pen, layout, paint, drawn, strength, faintest, belongs) {
    const paths = new Array(2 * BUCKETS); // gains, then losses
    for (let query = 0; query < seen.size; query += 1) {
      const start = rowStart(query, seen.wide);
      for (let key = 0; key < keysOf(query, seen.wide); key += 1) {
        const value = drawn[start + key];
        const size = Math.abs(value);
        if (size < faintest || !belongs(query, key)) continue;
        const bucket = Math.min(BUCKETS - 1, Math.floor(Math.sqrt(size) * BUCKETS)) + (value < 0 ? BUCKETS : 0);
        addCurve((paths[bucket] ??= new Path2D()), layout, query, key);
      }
    }
    paths.forEach((path, bucket) => {
      const root = ((bucket % BUCKETS) + 1) / BUCKETS; // sqrt of the weight: small weights stay visible
      pen.strokeStyle = paint.at(paint.signed ? (bucket < BUCKETS ? 0.9 : -0.9) : 0.66);
      pen.globalAlpha = strength * root * 0.95;
      pen.lineWidth = 0.5 + 2.5 * root;
      pen.stroke(path);
    });
    pen.globalAlpha = 1;
  }

  /** FAINT, or more where that would be too many lines. */
  function faintestDrawn(drawn) {
    if (drawn.length <= MOST_LINES) return FAINT;
    const counts = new Uint32Array(257);
    for (const value of drawn) counts[Math.min(256, Math.abs(value) * 256) | 0] += 1;
    let level = 256;
    for (let total = counts[256]; level > FAINT * 256 && total + counts[level - 1] <= MOST_LINES; level -= 1) total += counts[level - 1];
    return Math.max(FAINT, level / 256);
  }

  function addCurve(path, { rowPitch, linesWidth, gutter }, query, key) {
    const [right, left] = [linesWidth - gutter - 1, gutter + 1];
    const [from, to] = [(query + 0.5) * rowPitch, (key + 0.5) * rowPitch];
    const bend = (right - left) * 0.45;
    path.moveTo(right, from);
    path.bezierCurveTo(right - bend, from, left + bend, to, left, to);
  }

  function labelTokens(pen, layout, palette, paint, shown, state) {
    const query = shownQuery(state);
    const key = state.hoveredQuery === null ? state.hoveredKey : null;
    const strongest = { given: strongestShare(seen.size, given), taken: strongestShare(seen.size, taken) };
    for (let position = 0; position < seen.size; position += 1) {
      const keyRing = position === state.hoveredKey ? palette.ink : null;
      const queryRing = position === state.query ? palette.selected : position === state.hoveredQuery ? palette.ink : null;
      label(position, "left", given(position), keyRing, position === strongest.given);
      label(position, "right", taken(position), queryRing, position === strongest.taken);
    }

    function given(position) {
      return query !== null && key === null && position < keysOf(query, seen.wide) ? shown[cellIndex(query, position, seen.wide)] : 0;
    }
    function taken(position) {
      return key !== null && key < keysOf(position, seen.wide) ? shown[cellIndex(position, key, seen.wide)] : 0;
    }
    function label(position, sideName, share, ring, always) {
      const turn = turnOf(layout.lineRows, position);
      const tint = Math.abs(share) >= FAINT ? paint.at(share) : null;
      const box = { ...boxOf(layout, palette, position, sideName, Math.max(0, turn)), tint, ring };
      if (turn >= 0 || ring || always) drawToken(pen, palette, seen.tokens[position], ring || always ? clearFor(pen, palette, box) : box);
      else if (tint) { pen.fillStyle = tint; pen.fillRect(box.x - box.width / 2, box.y - box.height / 2, box.width, box.height); }
    }
  }

  /** The first turn stands next to the lines, the others behind it. */
  function boxOf({ rowPitch, linesWidth, gutter, turn: step, single }, palette, position, sideName, turn) {
    const fromEdge = single ? gutter - 3 * palette.scale - step / 2 - turn * step : gutter / 2;
    const x = sideName === "left" ? fromEdge : linesWidth - fromEdge;
    return { x, y: (position + 0.5) * rowPitch, width: single ? step : gutter - 4, height: rowPitch };
  }

  function clearFor(pen, palette, box) {
    const height = Math.max(box.height, 15 * palette.scale);
    pen.clearRect(box.x - box.width / 2, box.y - height / 2, box.width, height);
    return { ...box, height };
  }

  return { draw };
}

function strongestShare(size, share) {
  let best = -1;
  for (let position = 0; position < size; position += 1) {
    if (Math.abs(share(position)) >= FAINT && (best < 0 || Math.abs(share(position)) > Math.abs(share(best)))) best = position;
  }
  return best;
}
