/** How runs are told apart: a letter first, then a dash, a shape and a colour. Never colour alone. */
import { shape } from "../kit/dom.js";

const DASHES = [[], [9, 4], [2, 3], [11, 3, 2, 3], [5, 2], [16, 4]];
const SHAPES = ["circle", "square", "triangle", "diamond", "cross"];
const COLOURS = 6;

/** 0 -> A, 25 -> Z, 26 -> AA */
export function letterOf(place) {
  return (place >= 26 ? letterOf(Math.floor(place / 26) - 1) : "") + String.fromCharCode(65 + (place % 26));
}

/** The mark of the run that was chosen as number `place`; no two of the first thirty are alike. */
export function markOf(place) {
  const round = Math.floor(place / COLOURS);
  return { letter: letterOf(place), colour: place % COLOURS, dash: DASHES[(place + round) % DASHES.length], shape: SHAPES[(place + round) % SHAPES.length] };
}

/** The six colours of runs in the present theme. */
export function runColours(root) {
  const style = getComputedStyle(root);
  return Array.from({ length: COLOURS }, (_, place) => style.getPropertyValue(`--run-${place}`).trim());
}

/** A short piece of the line with its shape, for lists and tooltips. */
export function swatch(mark) {
  const line = shape("line", { x1: 1, x2: 27, y1: 7, y2: 7, "stroke-width": 2.5, "stroke-dasharray": mark.dash.join(" ") || "none" });
  return shape("svg", { class: `run-swatch colour-${mark.colour}`, viewBox: "0 0 28 14", aria: { hidden: "true" } }, line, shapeOf(mark.shape));
}

function shapeOf(name) {
  const paths = { square: "M10.5 3.5h7v7h-7z", triangle: "M14 2.5l4.5 8h-9z", diamond: "M14 2l5 5-5 5-5-5z", cross: "M10.5 3.5l7 7m0-7l-7 7" };
  if (name === "circle") return shape("circle", { cx: 14, cy: 7, r: 3.8, class: "filled" });
  return shape("path", { d: paths[name], class: name === "cross" ? "stroked" : "filled", "stroke-width": 2.5 });
}

/** The same shape on a canvas, around a place of the line. */
export function drawShape(context, name, x, y, size, { colour, page }) {
  context.beginPath();
  if (name === "circle") context.arc(x, y, size, 0, 2 * Math.PI);
  else if (name === "square") context.rect(x - size * 0.9, y - size * 0.9, size * 1.8, size * 1.8);
  else if (name === "triangle") corners(context, [[x, y - size * 1.2], [x + size * 1.1, y + size * 0.8], [x - size * 1.1, y + size * 0.8]]);
  else if (name === "diamond") corners(context, [[x, y - size * 1.25], [x + size * 1.25, y], [x, y + size * 1.25], [x - size * 1.25, y]]);
  if (name === "cross") {
    context.moveTo(x - size * 0.9, y - size * 0.9);
    context.lineTo(x + size * 0.9, y + size * 0.9);
    context.moveTo(x + size * 0.9, y - size * 0.9);
    context.lineTo(x - size * 0.9, y + size * 0.9);
    context.strokeStyle = colour;
    context.lineWidth = 2.5;
    context.stroke();
    return;
  }
  context.fillStyle = colour;
  context.fill();
  context.strokeStyle = page;
  context.lineWidth = 1.5;
  context.stroke();
}

function corners(context, [first, ...others]) {
  context.moveTo(...first);
  for (const corner of others) context.lineTo(...corner);
  context.closePath();
}
