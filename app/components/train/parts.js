/** The model's parts at each kept moment: how long their weights are, and how much of that the last step changed. */
import { element, setText } from "../kit/dom.js";
import { number } from "../kit/format.js";
import { dot, fitCanvas, horizontalLine, makeStepScale, makeValueScale, strokeSeries, verticalLine } from "../kit/plot.js";
import { stepWindow } from "../kit/step_input.js";
import { t } from "../kit/words.js";
import { CURVE_KEYS } from "./linked.js";

const LOWEST_SHARE = 1e-6;

/** {part: {steps, weights, shares}} from the kept moments; a share is the last step's change over the weights' length. */
export function seriesOf(points) {
  const series = new Map();
  for (const { step, parts = [] } of points) {
    for (const { part, weights, update } of parts) {
      if (!series.has(part)) series.set(part, { steps: [], weights: [], shares: [] });
      const { steps, weights: lengths, shares } = series.get(part);
      steps.push(step);
      lengths.push(weights);
      shares.push(update === null || !weights ? null : update / weights);
    }
  }
  return series;
}

/** "blocks.0.attn" -> "attention 1" */
export function partName(part) {
  const [, layer, kind] = part.split(".");
  if (part === "embed") return t("embedding");
  if (part === "head") return t("unembedding");
  return kind === "attn" ? t("attention {layer}", { layer: Number(layer) + 1 }) : t("MLP {layer}", { layer: Number(layer) + 1 });
}

export const percentOf = (share) => (share === null ? "–" : `${number(100 * share)} %`);

export function createParts(store) {
  const charts = new Map();
  const grid = element("div", { class: "multiples parts" });
  const caption = element("p", { class: "caption" });
  const node = element("section", { aria: { label: t("The parts of the model") } },
    element("div", { class: "panel-heading" }, element("h3", { text: t("The parts of the model") }), element("span", { class: "spacer" }),
      element("span", { class: "part-key weights-key", text: t("length of the weights") }), element("span", { class: "part-key update-key", text: t("changed by the last step") })),
    grid, caption);

  store.watch([...CURVE_KEYS, "insideOpen"], (state) => {
    if (!state.insideOpen || !state.palette) return;
    const series = seriesOf(state.points);
    node.hidden = series.size === 0;
    if (String([...series.keys()]) !== String([...charts.keys()])) {
      charts.clear();
      for (const part of series.keys()) charts.set(part, createPartChart(part));
      grid.replaceChildren(...[...charts.values()].map(({ node: chart }) => chart));
    }
    const most = Math.max(...[...series.values()].flatMap(({ shares }) => shares.filter((share) => share !== null)), LOWEST_SHARE * 10);
    const least = Math.min(...[...series.values()].flatMap(({ shares }) => shares.filter((share) => share > 0)), most / 10);
    for (const [part, chart] of charts) chart.draw(state, series.get(part), { most, least });
    setText(caption, captionOf(series, state.points[state.selected]?.step));
  });
  return { node };
}

function createPartChart(part) {
  const canvas = element("canvas", { class: "sheet", role: "img" });
  const length = element("b", { class: "present" });
  const share = element("span", { class: "unit" });
  const node = element("div", { class: "multiple" },
    element("div", { class: "multiple-heading" }, element("h4", { text: partName(part) }), length), element("div", { class: "multiple-frame" }, canvas), share);

  function draw(state, { steps, weights, shares }, { most, least }) {
    const { context, width, height } = fitCanvas(canvas);
    const { palette } = state;
    const xScale = makeStepScale(state.stepAxis, stepWindow(state), [4, width - 5]);
    const rows = { begin: 0, end: steps.length };
    const yWeights = makeValueScale([0, Math.max(...weights) || 1], [height - 3, 6]);
    const yShares = makeValueScale([Math.log(least), Math.log(most)], [height - 3, 6]);
    const chosen = state.points[state.selected]?.step;
    context.strokeStyle = palette.hairline;
    context.lineWidth = 1;
    horizontalLine(context, height - 3, 0, width);
    if (chosen !== undefined) {
      context.strokeStyle = palette.selected;
      context.lineWidth = 2;
      verticalLine(context, xScale.toPixel(chosen), 0, height - 3);
    }
    context.lineJoin = "round";
    context.lineWidth = 1.5;
    context.strokeStyle = palette.weights;
    strokeSeries(context, { steps, values: weights, ...rows, xScale, yScale: yWeights });
    context.strokeStyle = palette.gradients;
    context.setLineDash([4, 3]);
    strokeSeries(context, { steps, values: shares.map((value) => (value > 0 ? Math.log(value) : null)), ...rows, xScale, yScale: yShares });
    context.setLineDash([]);
    const at = steps.indexOf(chosen);
    if (at >= 0) {
      dot(context, xScale.toPixel(chosen), yWeights.toPixel(weights[at]), 3, { fill: palette.weights, stroke: palette.page, width: 1.5 });
      if (shares[at] > 0) dot(context, xScale.toPixel(chosen), yShares.toPixel(Math.log(shares[at])), 3, { fill: palette.gradients, stroke: palette.page, width: 1.5 });
    }
    setText(length, at < 0 ? "–" : number(weights[at]));
    setText(share, at < 0 ? "" : t("{share} a step", { share: percentOf(shares[at]) }));
    canvas.setAttribute("aria-label", t("{part}: weights {length} long, {share} of it changed by the last step", { part: partName(part), length: length.textContent, share: at < 0 ? "–" : percentOf(shares[at]) }));
  }
  return { node, draw };
}

/** Which part the last step moved most, for its size. */
function captionOf(series, step) {
  const moved = [...series].map(([part, { steps, shares }]) => ({ part, share: shares[steps.indexOf(step)] ?? null })).filter(({ share }) => share !== null);
  if (step === undefined) return "";
  if (!moved.length) return t("At step {step} no step has been seen that changed anything.", { step });
  const [least, most] = [moved.reduce((low, each) => (each.share < low.share ? each : low)), moved.reduce((high, each) => (each.share > high.share ? each : high))];
  return t("Step {step} moved {most} most for its size ({high}) and {least} least ({low}). About 0.1 % a step is usual, more in the first steps.", {
    step, most: partName(most.part), high: percentOf(most.share), least: partName(least.part), low: percentOf(least.share),
  });
}
