/** The reliability diagram: what the model said against what came, in ten bins, with how many guesses each holds. */
import { element, segmented, setText, shape } from "../kit/dom.js";
import { count, fixed, percent } from "../kit/format.js";
import { t } from "../kit/words.js";
import { nameOf } from "../surprise/captions.js";
import { linkPointing } from "./pointing.js";

const EDGE = { left: 46, right: 12, top: 10, bottom: 34 };
const SIDE = 250;
const COUNTS = 52;
const FEW = 30; // guesses; of fewer, a share says little

export function createCalibration(store) {
  let which = "first";
  let pointed = null;
  const choice = segmented({
    label: t("Which guesses"), chosen: which, onChoose: (value) => { which = value; draw(store.state); },
    choices: [{ value: "first", text: t("its first choice") }, { value: "all", text: t("every candidate") }],
  });
  const picture = shape("svg", { class: "columns-picture", tabindex: "0", role: "img" });
  const readout = element("p", { class: "note readout", aria: { live: "polite" } });
  const words = element("p", { class: "caption" });
  const panel = element("section", { class: "panel", aria: { label: t("Does it know what it knows?") } }, element("div", { class: "panel-heading" },
    element("h2", { text: t("Does it know what it knows?") }), element("span", { class: "unit", text: t("how often a guess came true, by its probability") }), element("span", { class: "spacer" }), choice.group), picture, words, readout);

  let layout = null;
  function point(index) {
    const { now, then } = store.state;
    pointed = index === null || !now ? null : Math.max(0, Math.min(now.calibration[which].bins.length - 1, index));
    layout?.mark(pointed);
    setText(readout, pointed === null ? "" : [now, then].filter(Boolean).map((answer) => `${then ? `${nameOf(answer, store.state)}: ` : ""}${wordBin(answer.calibration[which].bins[pointed])}`).join(" · "));
  }
  linkPointing(picture, { columns: () => layout, pointed: () => pointed, point });

  function draw(state) {
    if (!state.now) { picture.replaceChildren(); return; }
    layout = paint(picture, [state.now, state.then].filter(Boolean).map((answer) => answer.calibration[which].bins), state.palette);
    const sentence = captionOf(state.now.calibration[which], which);
    setText(words, state.then ? `${sentence} ${t("Beside it, {name}: {error}.", { name: nameOf(state.then, state), error: points(state.then.calibration[which].error) })}` : sentence);
    picture.setAttribute("aria-label", sentence);
    point(pointed);
  }
  store.watch(["now", "then", "palette", "width"], draw);
  return panel;
}

const points = (error) => t("{points} percentage points", { points: fixed(error * 100, error < 0.001 ? 3 : 2) });

function wordBin({ low, high, n, said, came, error }) {
  const range = `${percent(low)} – ${percent(high)}`;
  if (!n) return t("{range}: it never said so", { range });
  return t("{range}: {n} guesses, it said {said}, {came} ± {error} came", { range, n: count(n), said: percent(said), came: percent(came), error: percent(error) });
}

function captionOf({ bins, error }, which) {
  const known = bins.filter(({ n }) => n >= FEW);
  if (!known.length) return "";
  const total = known.reduce((sum, { n }) => sum + n, 0);
  const tilt = known.reduce((sum, { n, said, came }) => sum + (n / total) * (said - came), 0);
  const surest = known.at(-1);
  const first = t("When it said {said} on average, {came} came.", { said: percent(surest.said), came: percent(surest.came) });
  const mean = t("Said and came lie {error} apart on average (the expected calibration error).", { error: points(error) });
  if (which === "all") return `${first} ${mean} ${t("Nearly all candidates lie in the first bin, which therefore decides that mean.")}`;
  const spread = Math.sqrt(known.reduce((sum, { n, error: own }) => sum + (n / total) ** 2 * own ** 2, 0));
  const sign = Math.abs(tilt) <= 2 * spread ? t("On the whole it is neither too sure nor too unsure, as far as can be told here.") : tilt > 0 ? t("On the whole it is too sure of itself: bars stay below the line.") : t("On the whole it could be surer: bars rise above the line.");
  return `${first} ${mean} ${sign}`;
}

/** Bars of the first reading, with the gap to the line; dots of the second. Counts below on a logarithmic axis. */
function paint(picture, [bins, others], { scale }) {
  const width = picture.clientWidth || 460;
  const [left, top] = [EDGE.left * scale, EDGE.top];
  const right = Math.min(width - EDGE.right, left + SIDE * 1.5 * scale);
  const bottom = top + SIDE * scale * 0.9;
  const [countTop, countBottom] = [bottom + EDGE.bottom * scale, bottom + (EDGE.bottom + COUNTS) * scale];
  const step = (right - left) / bins.length;
  const x = (share) => left + share * (right - left);
  const y = (share) => bottom - share * (bottom - top);
  const text = (attributes, words) => shape("text", { class: "tick", ...attributes, text: words });
  const most = Math.log1p(Math.max(...bins.map(({ n }) => n)));
  const band = shape("rect", { class: "band", y: top, height: countBottom - top, width: step, visibility: "hidden" });
  const known = bins.filter(({ n }) => n);
  picture.setAttribute("height", countBottom + 20 * scale);
  picture.replaceChildren(band,
    ...[0, 0.5, 1].flatMap((tick) => [shape("line", { class: "grid-line", x1: left, x2: right, y1: y(tick), y2: y(tick) }), text({ x: left - 8, y: y(tick) + 4, "text-anchor": "end" }, percent(tick)),
      text({ x: x(tick), y: bottom + 15 * scale, "text-anchor": tick === 1 ? "end" : tick ? "middle" : "start" }, percent(tick))]),
    ...known.map(({ low, came }) => shape("rect", { class: "came", x: x(low) + 2, width: step - 4, y: y(came), height: bottom - y(came) })),
    ...known.map(({ low, came, said }) => shape("rect", { class: "gap", x: x(low) + 2, width: step - 4, y: Math.min(y(came), y(said)), height: Math.abs(y(said) - y(came)) })),
    shape("line", { class: "perfect", x1: x(0), y1: y(0), x2: x(1), y2: y(1) }),
    ...known.map(({ said, came, error }) => shape("line", { class: "whisker", x1: x(said), x2: x(said), y1: y(Math.max(0, came - error)), y2: y(Math.min(1, came + error)) })),
    ...(others ?? []).filter(({ n }) => n).map(({ said, came }) => shape("circle", { class: "other-dot", cx: x(said), cy: y(came), r: 4.5 })),
    text({ x: right, y: bottom + 29 * scale, "text-anchor": "end" }, t("probability that it gave")),
    ...bins.map(({ low, n }) => shape("rect", { class: "counts", x: x(low) + 2, width: step - 4, y: countBottom - (n ? (Math.log1p(n) / most) * (countBottom - countTop - 14) : 0), height: n ? (Math.log1p(n) / most) * (countBottom - countTop - 14) : 0 })),
    ...(step > 30 * scale ? bins.map(({ low, n }) => text({ class: "tick faint", x: x(low) + step / 2, y: countBottom + 14 * scale, "text-anchor": "middle" }, count(n).replace("\u00a0", ""))) : []),
    text({ class: "tick faint", x: left - 8, y: countBottom + 14 * scale, "text-anchor": "end" }, "n"));
  return { left, step, mark(index) {
    band.setAttribute("visibility", index === null ? "hidden" : "visible");
    if (index !== null) band.setAttribute("x", left + index * step);
  } };
}
