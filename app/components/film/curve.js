/** How the text that is learned from gets shorter: its tokens over the merges, with a cursor that can be dragged. */
import { element, setText, shape } from "../kit/dom.js";
import { t } from "../kit/words.js";
import { curveCaption, grouped } from "./captions.js";
import { tokensLeft } from "./measures.js";

const [WIDTH, HEIGHT, TOP, BOTTOM] = [600, 120, 8, 112];

export function createCurve(store, go) {
  const line = shape("path", { class: "curve-line", "vector-effect": "non-scaling-stroke" });
  const cursor = shape("line", { class: "curve-cursor", y1: TOP, y2: BOTTOM, "vector-effect": "non-scaling-stroke" });
  const floor = shape("line", { class: "curve-floor", x1: 0, x2: WIDTH, y1: BOTTOM, y2: BOTTOM, "vector-effect": "non-scaling-stroke" });
  const svg = shape("svg", { class: "curve", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", role: "img" }, floor, line, cursor);
  const now = element("b", { class: "curve-now" });
  const [most, merges] = [element("span", { class: "note" }), element("span", { class: "note" })];
  const panel = element("section", { class: "panel", aria: { label: t("The text that it learns from gets shorter") } },
    element("div", { class: "panel-heading" }, element("h2", { text: t("The text that it learns from gets shorter") }), element("span", { class: "spacer" }), now),
    most, svg, element("div", { class: "curve-axis" }, element("span", { class: "note", text: "0" }), merges));
  const x = (done, data) => (data.scenes.length ? (done / data.scenes.length) * WIDTH : 0);
  const y = (tokens, data) => BOTTOM - (tokens / Math.max(1, data.atFirst)) * (BOTTOM - TOP);
  const seek = (event) => {
    const box = svg.getBoundingClientRect();
    go(Math.round(((event.clientX - box.left) / box.width) * store.state.data.scenes.length));
  };
  svg.addEventListener("pointerdown", (event) => { svg.setPointerCapture(event.pointerId); seek(event); });
  svg.addEventListener("pointermove", (event) => { if (svg.hasPointerCapture(event.pointerId)) seek(event); });
  store.watch(["data"], ({ data }) => {
    const points = Array.from({ length: data.scenes.length + 1 }, (_, done) => [x(done, data), y(tokensLeft(data, done), data)]);
    line.setAttribute("d", points.map(([px, py], index) => `${index ? "L" : "M"}${px.toFixed(1)} ${py.toFixed(1)}`).join(""));
    setText(most, t("{tokens} tokens", { tokens: grouped(data.atFirst) }));
    setText(merges, t("{count} merges", { count: data.scenes.length }));
  });
  store.watch(["data", "done"], ({ data, done }) => {
    for (const end of ["x1", "x2"]) cursor.setAttribute(end, x(done, data));
    setText(now, curveCaption(data, done));
    svg.setAttribute("aria-label", curveCaption(data, done));
  });
  return panel;
}
