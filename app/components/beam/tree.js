/** The search as a tree: a column for each token, ranked by total; lines to what each node continues. */
import { element, prefersReducedMotion, setAttributes, shape } from "../kit/dom.js";
import { fixed } from "../kit/format.js";
import { visibleToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { drawnOf } from "./reading.js";

const [COLUMN, ROW, WIDE, HIGH, TOP] = [150, 46, 112, 38, 30];
const LONGEST = 9; // characters of a token in its box
const shorten = (text, most = LONGEST) => ([...text].length > most ? `${[...text].slice(0, most - 1).join("")}…` : text);

/** createTree({onChoose(id)}); draw({rows, at, best, greedy, chosen, prompt, scale, words}): ids of two paths. */
export function createTree({ onChoose }) {
  const svg = shape("svg", { class: "beam-tree", role: "img" });
  const node = element("div", { class: "beam-frame" }, svg);
  svg.addEventListener("click", (event) => {
    const id = event.target.closest?.("[data-node]")?.dataset.node;
    if (id) onChoose(Number(id));
  });
  let seen = ""; // the column that was last brought into sight, and in which size

  function draw({ rows, at, best, greedy, chosen, prompt, scale, words }) {
    const size = (pixels) => Math.round(pixels * scale);
    const levels = rows.map(drawnOf);
    const most = Math.max(1, ...levels.map(({ drawn, hidden }) => drawn.length + (hidden ? 0.6 : 0)));
    const [width, height] = [size(rows.length * COLUMN + WIDE + 8), size(TOP + most * ROW + 4)];
    setAttributes(svg, { width, height, viewBox: `0 0 ${width} ${height}`, "aria-label": words });
    const places = new Map([[0, { x: 2, y: size(TOP) }]]);
    levels.forEach(({ drawn }, place) => drawn.forEach((one, row) => places.set(one.id, { x: size((place + 1) * COLUMN), y: size(TOP + row * ROW) })));
    const shown = levels.slice(0, at + 1);
    const kinds = { best: new Set(best), greedy: new Set(greedy), chosen, size };
    svg.replaceChildren(
      ...shown.flatMap(({ drawn }) => drawn.toReversed().flatMap((one) => edge(one, places, kinds))),
      promptBox(prompt, places.get(0), size),
      ...shown.flatMap((level, place) => columnOf(level, place, places, kinds)),
    );
    if (seen !== `${at} ${scale}`) keepInSight(size((at + 1) * COLUMN), size(COLUMN));
    seen = `${at} ${scale}`;
  }

  function keepInSight(left, room) {
    const right = left + room;
    if (left >= node.scrollLeft + room && right <= node.scrollLeft + node.clientWidth) return;
    node.scrollTo({ left: Math.max(0, right - node.clientWidth * 0.8), behavior: prefersReducedMotion() ? "auto" : "smooth" });
  }
  return { node, draw };
}

function edge(one, places, { best, greedy, size }) {
  const [from, to] = [places.get(one.parent), places.get(one.id)];
  const [x, y, endX, endY] = [from.x + size(WIDE), from.y + size(HIGH) / 2, to.x, to.y + size(HIGH) / 2];
  const middle = (x + endX) / 2;
  const path = `M${x} ${y}C${middle} ${y} ${middle} ${endY} ${endX} ${endY}`;
  const lines = [shape("path", { class: `beam-edge ${one.fate}${best.has(one.id) ? " best" : ""}`, d: path })];
  if (greedy.has(one.id)) lines.push(shape("path", { class: "beam-edge greedy", d: path }));
  return lines;
}

function promptBox(prompt, { x, y }, size) {
  const end = prompt.map(visibleToken).join("");
  const text = [...end].length > LONGEST ? `…${[...end].slice(1 - LONGEST).join("")}` : end;
  return shape("g", { class: "beam-node prompt" },
    shape("rect", { x, y, width: size(WIDE), height: size(HIGH), rx: size(8) }),
    shape("text", { class: "beam-token", x: x + size(WIDE / 2), y: y + size(24), text }));
}

function columnOf({ drawn, hidden }, place, places, { best, greedy, chosen, size }) {
  const x = size((place + 1) * COLUMN);
  const parts = [shape("text", { class: "beam-depth", x: x + size(WIDE / 2), y: size(18), text: t("token {place}", { place: place + 1 }) })];
  const cut = drawn.findIndex(({ fate }) => fate === "cut");
  if (cut > 0 && drawn.slice(cut).every(({ fate }) => fate === "cut")) {
    const y = size(TOP + cut * ROW - (ROW - HIGH) / 2);
    parts.push(shape("line", { class: "beam-cut", x1: x - size(8), x2: x + size(WIDE + 8), y1: y, y2: y }));
  }
  if (hidden) parts.push(shape("text", { class: "beam-depth", x: x + size(WIDE / 2), y: size(TOP + drawn.length * ROW + 16), text: t("and {count} more, cut", { count: hidden }) }));
  return [...parts, ...drawn.map((one) => box(one, places.get(one.id), { best: best.has(one.id), greedy: greedy.has(one.id), chosen: one.id === chosen, size }))];
}

function box(one, { x, y }, { best, greedy, chosen, size }) {
  const [width, height] = [size(WIDE), size(HIGH)];
  const frame = (inset, kind) => shape("rect", { class: kind, x: x + inset, y: y + inset, width: width - 2 * inset, height: height - 2 * inset, rx: one.fate === "cut" ? 0 : size(8) });
  const badge = (text, left) => [
    shape("circle", { class: "beam-badge", cx: left, cy: y + 2, r: size(9) }),
    shape("text", { class: "beam-badge-text", x: left, y: y + 2 + size(4), text }),
  ];
  return shape("g", { class: `beam-node ${one.fate}${best ? " best" : ""}${chosen ? " chosen" : ""}`, "data-node": one.id },
    frame(0, "frame"), ...(one.fate === "ended" ? [frame(4, "inner")] : []),
    shape("text", { class: "beam-token", x: x + width / 2, y: y + size(17), text: shorten(visibleToken(one.text)) }),
    shape("text", { class: "beam-number", x: x + width / 2, y: y + size(32), text: `${fixed(one.nats)}  Σ ${fixed(one.total)}` }),
    ...(best ? badge("★", x + size(6)) : []), ...(greedy ? badge("G", x + width - size(6)) : []));
}
