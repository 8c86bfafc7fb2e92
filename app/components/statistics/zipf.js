/** Words by rank and frequency on two logarithmic axes, with the line that fits them. Hover or arrow keys read a point. */
import { element, setText, shape } from "../kit/dom.js";
import { t } from "../kit/words.js";
import { fixed } from "../kit/format.js";
import { fitRule, grouped, wordReading, zipfCaption } from "./captions.js";

const WIDTH = 480;
const HEIGHT = 300;
const EDGE = { left: 52, right: 14, top: 30, bottom: 40 };

export function createZipf(store) {
  const reading = element("p", { class: "note reading", aria: { live: "polite" } });
  const caption = element("p", { class: "caption" });
  const rule = element("p", { class: "note" });
  const svg = shape("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "chart", tabindex: "0", role: "img" });
  const marker = shape("circle", { r: 5, class: "marker" });
  let scale = null;
  store.watch(["data"], ({ data }) => {
    scale = scaleOf(data.zipf_points, data.zipf_fit);
    svg.replaceChildren(...drawing(data, scale), marker);
    svg.setAttribute("aria-label", zipfCaption(data));
    setText(caption, zipfCaption(data));
    setText(rule, data.zipf_fit ? fitRule(data.zipf_fit) : "");
  });
  store.watch(["rank", "data"], ({ rank, data }) => {
    const point = rank === null ? null : data.zipf_points[rank];
    marker.setAttribute("visibility", point ? "visible" : "hidden");
    if (point) {
      marker.setAttribute("cx", scale.x(point[0]));
      marker.setAttribute("cy", scale.y(point[1]));
    }
    const word = point && data.top_words[point[0] - 1]?.text;
    setText(reading, point ? `${word ? `“${word}” · ` : ""}${wordReading(point[0], point, data.words)}` : t("hover a point to read it"));
  });
  svg.addEventListener("pointermove", (event) => {
    const box = svg.getBoundingClientRect();
    store.set({ rank: nearest(store.state.data.zipf_points, scale, ((event.clientX - box.left) / box.width) * WIDTH) });
  });
  svg.addEventListener("pointerleave", () => store.set({ rank: null }));
  svg.addEventListener("blur", () => store.set({ rank: null }));
  svg.addEventListener("keydown", (event) => {
    const last = store.state.data.zipf_points.length - 1;
    const at = store.state.rank ?? -1;
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: last, Escape: null }[event.key];
    if (to === undefined || last < 0) return;
    event.preventDefault();
    store.set({ rank: to === null ? null : Math.max(0, Math.min(last, to)) });
  });
  return element("section", { class: "panel" }, element("div", { class: "panel-heading" }, element("h2", { text: t("Words by rank: Zipf’s law") }), reading), svg, caption, rule);
}

function scaleOf(points, fit) {
  const ranks = Math.max(1, Math.log10(points.at(-1)?.[0] ?? 10));
  const counts = Math.max(1, Math.log10(points[0]?.[1] ?? 10), fit?.intercept ?? 0);
  return {
    ranks, counts,
    x: (rank) => EDGE.left + (Math.log10(rank) / ranks) * (WIDTH - EDGE.left - EDGE.right),
    y: (count) => HEIGHT - EDGE.bottom - (Math.log10(count) / counts) * (HEIGHT - EDGE.top - EDGE.bottom),
  };
}

function nearest(points, scale, pixel) {
  let best = null;
  points.forEach(([rank], index) => {
    if (best === null || Math.abs(scale.x(rank) - pixel) < Math.abs(scale.x(points[best][0]) - pixel)) best = index;
  });
  return best;
}

function drawing({ zipf_points: points, zipf_fit: fit }, scale) {
  const bottom = HEIGHT - EDGE.bottom;
  const right = WIDTH - EDGE.right;
  const powers = (most) => Array.from({ length: Math.floor(most) + 1 }, (_, power) => 10 ** power);
  const axes = [
    ...powers(scale.counts).flatMap((count) => [
      shape("line", { x1: EDGE.left, x2: right, y1: scale.y(count), y2: scale.y(count), class: "grid" }),
      shape("text", { x: EDGE.left - 6, y: scale.y(count) + 4, class: "tick end", text: grouped(count) }),
    ]),
    ...powers(scale.ranks).map((rank) => shape("text", { x: scale.x(rank), y: bottom + 16, class: "tick middle", text: grouped(rank) })),
    shape("text", { x: right, y: HEIGHT - 6, class: "tick end", text: t("rank of the word") }),
    shape("text", { x: 4, y: 14, class: "tick", text: t("times in the text") }),
  ];
  const dots = points.map(([rank, count]) => shape("circle", { cx: scale.x(rank), cy: scale.y(count), r: 2.5, class: "dot" }));
  return [...axes, ...dots, ...(fit ? line(fit, scale) : [])];
}

function line({ slope, intercept, last_rank: last }, scale) {
  const at = (rank) => Math.max(1, 10 ** (intercept + slope * Math.log10(rank)));
  const middle = Math.sqrt(last);
  return [
    shape("line", { x1: scale.x(1), y1: scale.y(at(1)), x2: scale.x(last), y2: scale.y(at(last)), class: "fit" }),
    shape("text", { x: scale.x(middle) + 10, y: scale.y(at(middle)) - 8, class: "tick strong", text: t("slope {slope}", { slope: fixed(slope) }) }),
  ];
}
