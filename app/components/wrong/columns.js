/** Groups of tokens in a row: a dot with its error for each, of one reading or two; hover and arrow keys read them out. */
import { element, setText, shape } from "../kit/dom.js";
import { count, percent } from "../kit/format.js";
import { niceTicks } from "../kit/plot.js";
import { linkPointing } from "./pointing.js";

const HIGH = 200;
const EDGE = { left: 46, right: 12, top: 12, bottom: 44 };
const ROOM = 42; // pixels of a label
const WIDE = 46; // pixels of a label with its count

/** createColumns({title, about, share: as percent}) -> {panel, draw(spec or null, palette)}; specs.js makes specs. */
export function createColumns({ title, about, share = false }) {
  const picture = shape("svg", { class: "columns-picture", tabindex: "0", role: "img" });
  const readout = element("p", { class: "note readout", aria: { live: "polite" } });
  const words = element("p", { class: "caption" });
  const panel = element("section", { class: "panel", aria: { label: title } }, element("div", { class: "panel-heading" }, element("h2", { text: title }), element("span", { class: "unit", text: about })), picture, words, readout);
  let shown = null;
  let pointed = null;

  function point(index) {
    pointed = index === null || !shown?.spec.labels.length ? null : Math.max(0, Math.min(shown.spec.labels.length - 1, index));
    shown?.mark(pointed);
    setText(readout, pointed === null ? "" : shown.spec.words(pointed));
  }
  linkPointing(picture, { columns: () => shown, pointed: () => pointed, point });

  function draw(spec, palette) {
    if (!spec) { picture.replaceChildren(); setText(words, ""); return; }
    setText(words, spec.caption);
    picture.setAttribute("aria-label", `${title}. ${spec.caption}`);
    picture.classList.toggle("empty", !spec.labels.length);
    shown = spec.labels.length ? { spec, ...paint(picture, spec, palette, share) } : null;
    point(pointed);
  }
  return { panel, draw };
}

function paint(picture, { labels, series }, palette, share) {
  const { scale } = palette;
  const width = picture.clientWidth || 460;
  const [left, right, top, bottom] = [EDGE.left * scale, width - EDGE.right, EDGE.top, (HIGH - EDGE.bottom) * scale];
  const step = (right - left) / labels.length;
  const values = series.flatMap(({ rows }) => rows.filter(Boolean)).flatMap(({ loss, error }) => [loss + (error ?? 0), loss - (error ?? 0)]).filter(Number.isFinite);
  const ticks = share ? [0, 0.25, 0.5, 0.75, 1] : niceTicks(0, Math.max(...values, 0.1) * 1.05, 4);
  const y = (value) => bottom - (value / Math.max(ticks.at(-1), ...values)) * (bottom - top);
  const x = (index) => left + (index + 0.5) * step;
  const text = (attributes, words) => shape("text", { ...attributes, text: words });
  const band = shape("rect", { class: "band", y: top, height: bottom - top, width: step, visibility: "hidden" });
  const every = Math.ceil((ROOM * scale) / step);
  const counted = step >= WIDE * scale && labels.length > 0 && !share;
  picture.setAttribute("height", HIGH * scale);
  picture.replaceChildren(band,
    ...ticks.map((tick) => shape("line", { class: "grid-line", x1: left, x2: right, y1: y(tick), y2: y(tick) })),
    ...ticks.map((tick) => text({ class: "tick", x: left - 8, y: y(tick) + 4, "text-anchor": "end" }, share ? percent(tick) : String(Number(tick.toPrecision(3))))),
    ...labels.flatMap((label, index) => (index % every ? [] : [text({ class: "tick", x: x(index), y: bottom + 16 * scale, "text-anchor": "middle" }, label)])),
    ...(counted ? labels.map((_, index) => text({ class: "tick faint", x: x(index), y: bottom + 31 * scale, "text-anchor": "middle" }, series[0].rows[index] ? `n ${count(series[0].rows[index].n)}` : "")) : []),
    ...series.toReversed().map(({ rows }, back) => drawSeries(rows, series.length - 1 - back, { x, y, step, many: series.length > 1 })));
  return { left, step, mark(index) {
    band.setAttribute("visibility", index === null ? "hidden" : "visible");
    if (index !== null) band.setAttribute("x", left + index * step);
  } };
}

/** The first reading is full and solid, the second hollow and dashed. */
function drawSeries(rows, number, { x, y, step, many }) {
  const shift = many ? (number ? 0.14 : -0.14) * step : 0;
  const group = shape("g", { class: `series series-${number}` });
  const places = rows.flatMap((row, index) => (row ? [[x(index) + shift, row]] : []));
  group.append(shape("polyline", { points: places.map(([at, { loss }]) => `${at},${y(loss)}`).join(" ") }));
  for (const [at, { loss, error }] of places) {
    if (Number.isFinite(error)) group.append(shape("line", { class: "whisker", x1: at, x2: at, y1: y(loss - error), y2: y(loss + error) }));
    group.append(shape("circle", { cx: at, cy: y(loss), r: 4.5 }));
  }
  return group;
}
