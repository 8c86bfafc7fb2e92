/** What lies over the loss curves and moves with the pointer: the cursor, the brush, the tooltip. */
import { element, setText } from "../kit/dom.js";
import { fixed, number } from "../kit/format.js";
import { dot, drawBrush, fitCanvas, verticalLine } from "../kit/plot.js";
import { validationAt } from "../kit/series.js";
import { t } from "../kit/words.js";
import { bitsPerByte } from "./measures.js";

const POINTER_GAP = 8;

export function showCursor({ canvas, tooltip, spoken, plot, state, run }) {
  const { context } = fitCanvas(canvas);
  drawBrush(context, plot, state);
  const facts = state.cursorRow === null ? null : cursorFacts(state.cursorRow, run);
  if (facts) drawCursor(context, plot, state, facts);
  const mine = facts && state.cursorFrom === canvas;
  setText(spoken, mine ? spokenFacts(facts) : "");
  tooltip.hidden = !mine || state.brush !== null;
  if (!tooltip.hidden) showTooltip(tooltip, plot, facts);
}

function cursorFacts(row, run) {
  const step = run.steps[row];
  const validation = validationAt(run.validation, step);
  const bits = validation && (validation.bits ?? bitsPerByte(validation.value, run.facts));
  return { step, loss: run.columns.loss?.[row] ?? null, validation, bits };
}

function drawCursor(context, { top, bottom, xScale, yScale }, { palette }, { step, loss }) {
  const x = xScale.toPixel(step);
  if (x < xScale.left - 1 || x > xScale.right + 1) return;
  context.strokeStyle = palette.muted;
  context.lineWidth = 1;
  verticalLine(context, x, top, bottom);
  if (loss === null) return;
  const y = yScale.toPixel(loss);
  if (y >= top - 1 && y <= bottom + 1) dot(context, x, y, 3.5, { fill: palette.train, stroke: palette.page });
}

function spokenFacts({ step, loss, validation }) {
  const train = loss === null ? "" : t("step {step}: train {loss}", { step, loss: fixed(loss) });
  const measured = validation ? t("validation {loss} at step {step}", { loss: fixed(validation.value), step: validation.step }) : "";
  return [train, measured].filter(Boolean).join(", ");
}

function showTooltip(tooltip, plot, { step, loss, validation, bits }) {
  const rows = [element("div", { class: "tooltip-title", text: t("step {step}", { step }) })];
  if (loss !== null) rows.push(tooltipRow("train", t("train"), loss, t("like {choices} choices", { choices: number(Math.exp(loss)) })));
  if (validation) {
    rows.push(tooltipRow("validation", t("validation"), validation.value, t("at step {step}", { step: validation.step })));
    if (bits !== null) rows.push(element("div", { class: "unit", text: t("{bits} bits per byte", { bits: number(bits) }) }));
  }
  tooltip.replaceChildren(...rows);
  placeBesideFallingCurve(tooltip, plot, plot.xScale.toPixel(step), plot.yScale.toPixel(loss ?? validation?.value ?? 0));
}

/** A loss curve falls, so it leaves two corners free: above right of the pointer and below left. */
function placeBesideFallingCurve(tooltip, { width: room, height: depth }, x, y) {
  const { offsetWidth: width, offsetHeight: height } = tooltip;
  const fitsRight = x + POINTER_GAP + width <= room;
  const left = fitsRight ? x + POINTER_GAP : x - POINTER_GAP - width;
  const top = fitsRight ? y - POINTER_GAP - height : y + POINTER_GAP;
  tooltip.style.transform = `translate(${Math.max(0, left)}px, ${Math.max(0, Math.min(depth - height, top))}px)`;
}

function tooltipRow(kind, name, loss, note) {
  return element("div", { class: "tooltip-row" },
    element("span", { class: `swatch ${kind}` }), element("span", { text: name }),
    element("b", { text: fixed(loss) }), element("span", { class: "unit", text: note }));
}
