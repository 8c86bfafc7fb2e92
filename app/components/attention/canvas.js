/** Canvases that know their size, and tokens painted on them. */
import { fitCanvas } from "../kit/plot.js";
import { inkOn } from "../kit/theme.js";
import { isByte, isWhitespace, visibleToken } from "../kit/tokens.js";

const LONGEST_LABEL = 8; // characters of a token on an axis; the tooltip has all of them

/** A pen in CSS pixels on a canvas of this size. */
export function penFor(canvas, width, height) {
  const [cssWidth, cssHeight] = [`${Math.round(width)}px`, `${Math.round(height)}px`];
  if (canvas.style.width !== cssWidth) canvas.style.width = cssWidth;
  if (canvas.style.height !== cssHeight) canvas.style.height = cssHeight;
  return fitCanvas(canvas).context;
}

/** A token short enough for an axis: "understanding" -> "underst…", "<unk>" -> "▯" */
function axisToken(token) {
  if (token === "<unk>") return "▯";
  const characters = [...visibleToken(token)];
  return characters.length > LONGEST_LABEL ? `${characters.slice(0, LONGEST_LABEL - 1).join("")}…` : characters.join("");
}

/** Is every token a single character on screen? Then labels stand upright and may take turns. */
export function allSingle(tokens) {
  return tokens.every((token) => [...axisToken(token)].length <= 1);
}

/** Pixels that the widest axis label needs. */
export function widestLabel(tokens, palette) {
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = monoFont(palette);
  return Math.ceil(tokens.reduce((widest, token) => Math.max(widest, pen.measureText(axisToken(token)).width), 0));
}

function monoFont(palette) {
  return `${12 * palette.scale}px ${palette.mono}`;
}

/** One token in a box around (x, y), on a tint that carries its weight; `ring` outlines it, `upright` stands it on end. */
export function drawToken(pen, palette, token, { x, y, width, height, tint = null, ring = null, muted = false, upright = false }) {
  if (tint) {
    pen.fillStyle = tint;
    pen.fillRect(x - width / 2, y - height / 2, width, height);
  }
  if (ring) {
    pen.strokeStyle = ring;
    pen.lineWidth = 2;
    pen.strokeRect(x - width / 2 + 1, y - height / 2, width - 2, height);
  }
  pen.font = monoFont(palette);
  pen.fillStyle = tint ? inkOn(tint) : muted || isWhitespace(token) ? palette.muted : palette.ink;
  pen.textBaseline = "middle";
  pen.textAlign = "center";
  if (upright) {
    pen.save();
    pen.translate(x, y + height / 2 - 3);
    pen.rotate(-Math.PI / 2);
    pen.textAlign = "left";
    pen.fillText(axisToken(token), 0, 0.5);
    pen.restore();
  } else {
    pen.fillText(axisToken(token), x, y + 0.5);
  }
  if (isByte(token) && !upright) underlineByte(pen, x, y, width);
}

/** A byte fragment is no letter: its hex pair stands in brackets of a line. */
function underlineByte(pen, x, y, width) {
  pen.fillRect(x - Math.min(8, width / 2), y + 6, Math.min(16, width), 1);
}
