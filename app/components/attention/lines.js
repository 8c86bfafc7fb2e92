/** One head as lines: from each token that looks, on the right, to the tokens looked at, on the left. */
import { t } from "../kit/words.js";
import { drawToken, penFor } from "./canvas.js";
import { turnOf } from "./layout.js";
import { triangleIndex } from "./payload.js";
import { shownQuery } from "./view.js";

const FAINT = 0.012; // weights below this draw no line
const BUCKETS = 16; // lines of like weight are stroked together: 16 strokes instead of 1 600

export function createLines(film, canvas) {
  /** `drawn` has true weights whatever the colour scale: a thousand lines at log scale are a blue wall. */
  function draw(layout, palette, shown, drawn, state) {
    const pen = penFor(canvas, layout.linesWidth, layout.top + layout.rowPitch * film.size + 8);
    pen.translate(0, layout.top);
    labelSides(pen, layout, palette);
    strokeLines(pen, layout, palette, drawn, state);
    labelTokens(pen, layout, palette, shown, state);
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
  function strokeLines(pen, layout, palette, drawn, state) {
    const query = shownQuery(state);
    const key = state.hoveredQuery === null ? state.hoveredKey : null;
    const inFocus = key !== null ? (_q, k) => k === key : (q) => q === query;
    const anyFocus = key !== null || query !== null;
    strokeBuckets(pen, layout, palette, drawn, anyFocus ? 0.22 : 0.8, (q, k) => !anyFocus || !inFocus(q, k));
    if (anyFocus) strokeBuckets(pen, layout, palette, drawn, 1, inFocus);
  }

  function strokeBuckets(pen, layout, palette, drawn, strength, belongs) {
    const paths = new Array(BUCKETS);
    for (let query = 0; query < film.size; query += 1) {
      for (let key = 0; key <= query; key += 1) {
        const value = drawn[triangleIndex(query, key)];
        if (value < FAINT || !belongs(query, key)) continue;
        const bucket = Math.min(BUCKETS - 1, Math.floor(Math.sqrt(value) * BUCKETS));
        addCurve((paths[bucket] ??= new Path2D()), layout, query, key);
      }
    }
    pen.strokeStyle = palette.attention.at(0.66);
    paths.forEach((path, bucket) => {
      const root = (bucket + 1) / BUCKETS; // sqrt of the weight: small weights stay visible
      pen.globalAlpha = strength * root * 0.95;
      pen.lineWidth = 0.5 + 2.5 * root;
      pen.stroke(path);
    });
    pen.globalAlpha = 1;
  }

  function addCurve(path, { rowPitch, linesWidth, gutter }, query, key) {
    const [right, left] = [linesWidth - gutter - 1, gutter + 1];
    const [from, to] = [(query + 0.5) * rowPitch, (key + 0.5) * rowPitch];
    const bend = (right - left) * 0.45;
    path.moveTo(right, from);
    path.bezierCurveTo(right - bend, from, left + bend, to, left, to);
  }

  function labelTokens(pen, layout, palette, shown, state) {
    const query = shownQuery(state);
    const key = state.hoveredQuery === null ? state.hoveredKey : null;
    const strongest = { given: strongestShare(film.size, given), taken: strongestShare(film.size, taken) };
    for (let position = 0; position < film.size; position += 1) {
      const keyRing = position === state.hoveredKey ? palette.ink : null;
      const queryRing = position === state.query ? palette.selected : position === state.hoveredQuery ? palette.ink : null;
      label(position, "left", given(position), keyRing, position === strongest.given);
      label(position, "right", taken(position), queryRing, position === strongest.taken);
    }

    function given(position) {
      return query !== null && key === null && position <= query ? shown[triangleIndex(query, position)] : 0;
    }
    function taken(position) {
      return key !== null && position >= key ? shown[triangleIndex(position, key)] : 0;
    }
    function label(position, sideName, share, ring, always) {
      const turn = turnOf(layout.lineRows, position);
      const tint = share >= FAINT ? palette.attention.at(share) : null;
      const box = { ...boxOf(layout, palette, position, sideName, Math.max(0, turn)), tint, ring };
      if (turn >= 0 || ring || always) drawToken(pen, palette, film.tokens[position], ring || always ? clearFor(pen, palette, box) : box);
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
    if (share(position) >= FAINT && (best < 0 || share(position) > share(best))) best = position;
  }
  return best;
}
