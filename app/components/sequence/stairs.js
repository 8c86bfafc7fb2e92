/** The stairs: at each token ln p falls by its surprise. The product would fall through the floors of the formats. */
import { shape } from "../kit/dom.js";
import { fixed } from "../kit/format.js";
import { niceTicks, spreadLabels } from "../kit/plot.js";
import { visibleToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { placeIn } from "./chips.js";
import { LIMITS, running, superscript } from "./maths.js";

const HEIGHT = 320;
const STRONGEST = 6;
const NARROW = 560;

export function createStairs(store) {
  const svg = shape("svg", { class: "stairs", aria: { hidden: "true" } });
  store.watch(["A", "B", "at", "hovered", "active", "palette", "width"], (state) => {
    const shown = ["A", "B"].filter((name) => state[name]);
    if (!shown.length) return;
    const plot = layOut(svg, shown.map((name) => state[name]), state);
    const active = state[state.active] ? state.active : shown[0];
    svg.replaceChildren(...axes(plot), ...floors(plot), ...falls(plot, state[active], state),
      ...shown.flatMap((name) => line(plot, state[name], name, state, name === active)), ...ends(plot, shown, state));
  });
  const placeAt = (event) => {
    const box = svg.getBoundingClientRect();
    const places = Math.max(...["A", "B"].map((name) => store.state[name]?.tokens.length ?? 0)) - 1;
    const { left, right } = margins(box.width, store.state.palette.scale);
    return Math.max(0, Math.min(places, Math.ceil(((event.clientX - box.left - left) / (box.width - left - right)) * places)));
  };
  svg.addEventListener("pointermove", (event) => store.set({ hovered: placeAt(event) }));
  svg.addEventListener("pointerleave", () => store.set({ hovered: null }));
  svg.addEventListener("click", (event) => store.set({ at: placeAt(event), hovered: null, playing: false }));
  return svg;
}

const margins = (width, scale) => (width < NARROW * scale ? { left: 44 * scale, right: 82 * scale } : { left: 108 * scale, right: 112 * scale });

function layOut(svg, answers, { palette: { scale } }) {
  const width = Math.max(280, svg.clientWidth || 600);
  const height = HEIGHT * scale;
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.style.height = `${height}px`;
  const { left, right: margin } = margins(width, scale);
  const [right, top, bottom] = [width - margin, 30 * scale, height - 26 * scale];
  const places = Math.max(...answers.map(({ tokens }) => tokens.length)) - 1;
  const lowest = Math.min(-1, ...answers.map(({ logs }) => running(logs).at(-1)));
  return {
    width, left, right, top, bottom, places, lowest, scale, narrow: width < NARROW * scale,
    x: (place) => left + (place / places) * (right - left), y: (log) => top + (log / lowest) * (bottom - top),
  };
}

function axes({ left, right, top, bottom, lowest, y, scale, narrow }) {
  return [
    ...niceTicks(lowest, 0, 5).flatMap((log) => [
      shape("line", { class: "axis", x1: left, x2: right, y1: y(log), y2: y(log) }),
      shape("text", { x: left - 8, y: y(log) + 4, "text-anchor": "end", text: narrow || log === 0 ? tick(log) : `${tick(log)} · 10${superscript(Math.round(log / Math.LN10))}` }),
    ]),
    shape("text", { x: left - 8, y: top - 14 * scale, "text-anchor": "end", text: narrow ? "ln p" : t("ln p · about p") }),
    shape("text", { x: right, y: bottom + 20 * scale, "text-anchor": "end", text: t("token by token") }),
  ];
}

const tick = (log) => (Math.abs(log) < 1e-9 ? "0" : fixed(log, Number.isInteger(Math.round(log * 100) / 100) ? 0 : 1));

/** Where a product of that format has become 0. */
function floors({ left, right, lowest, y, scale }) {
  return Object.entries(LIMITS).filter(([, limit]) => limit > lowest).flatMap(([format, limit]) => [
    shape("line", { class: "floor", x1: left, x2: right, y1: y(limit), y2: y(limit) }),
    shape("text", { class: "floor-name", x: left + 6 * scale, y: y(limit) + 14 * scale, text: t("below: 0 as a product in {format}", { format }) }),
  ]);
}

/** What each token of the sentence in hand takes away. */
function falls(plot, answer, state) {
  const { x, y, top, bottom, scale } = plot;
  const levels = running(answer.logs);
  const here = placeIn(answer, state);
  const width = x(1) - x(0);
  return answer.tokens.flatMap((token, place) => {
    if (place === 0 || place > here) return [];
    const name = visibleToken(token);
    const roomy = width >= 8.5 * scale * [...name].length;
    return [
      ...(place === here ? [shape("rect", { class: "here", x: x(place - 1), width, y: top, height: bottom - top })] : []),
      shape("rect", { class: "fall", x: x(place - 1), width, y: y(levels[place - 1]), height: Math.max(0.5, y(levels[place]) - y(levels[place - 1])), fill: state.palette.surprise.at(Math.max(0.18, Math.min(1, -answer.logs[place] / STRONGEST))) }),
      ...(roomy ? [shape("text", { class: "mono step-token", x: x(place - 0.5), y: top - 12 * scale, "text-anchor": "middle", text: name })] : []),
    ];
  });
}

function line({ x, y }, answer, name, state, active) {
  const levels = running(answer.logs);
  const here = placeIn(answer, state);
  const steps = (from, to) => levels.slice(from, to + 1).map((log, index) => (index === 0 ? `M${x(from)} ${y(log)}` : `V${y(log)}H${x(from + index)}`)).join("");
  const path = (d, kind) => shape("path", { class: `stair ${name} ${kind}`, d });
  return [path(steps(here, levels.length - 1), "ahead"), path(steps(0, here), active ? "active" : "")];
}

function ends({ x, y, top, bottom, scale, narrow, right }, shown, state) {
  const labels = shown.map((name) => {
    const levels = running(state[name].logs);
    const place = placeIn(state[name], state);
    return { name, y: y(levels[place]), text: narrow ? `${name} ${fixed(levels[place], 1)}` : `${name}: ${fixed(levels[place])}`, place };
  });
  return spreadLabels(labels, 18 * scale, top, bottom).flatMap(({ name, y: level, placedY, text, place }) => [
    shape("circle", { class: `end ${name}`, cx: x(place), cy: level, r: 4 }),
    shape("text", { class: `end-name mono ${name}`, x: right + 10 * scale, y: placedY + 4, text }),
  ]);
}

