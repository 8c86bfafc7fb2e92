/** Two lines as they are measured: one token's cost with the cache and without, against the length of the text. */
import { element, setAttributes, shape } from "../kit/dom.js";
import { count, fixed, number } from "../kit/format.js";
import { niceTicks } from "../kit/plot.js";
import { t } from "../kit/words.js";

const HEIGHT = 260;

/** What is drawn: its two columns, its axis, how a value is written. */
export const MEASURES = {
  time: { low: "cached", high: "recomputed", axis: () => t("milliseconds per token"), scale: 1000, words: (value) => t("{value}\u00a0ms", { value: number(value) }) },
  products: { low: "fewer", high: "all", axis: () => t("multiplications per token"), scale: 1, words: (value) => count(value) },
};

export function createCurve() {
  const svg = shape("svg", { class: "speed-curve", role: "img" });
  const node = element("div", { class: "speed-box" }, svg);
  let shown = null;
  const watcher = new ResizeObserver(() => paint());
  watcher.observe(node);

  function paint() {
    const width = node.clientWidth;
    if (!shown || !width) return;
    const { rows, longest, measure, scale } = shown;
    const { low, high, axis, scale: factor, words } = MEASURES[measure];
    const size = (pixels) => Math.round(pixels * scale);
    const box = { left: size(56), right: width - size(width < 560 ? 84 : 150), top: size(28), bottom: size(HEIGHT - 36) };
    const top = Math.max(1e-12, ...rows.map((row) => row[high] * factor), ...rows.map((row) => row[low] * factor)) * 1.08;
    const x = (tokens) => box.left + (tokens / longest) * (box.right - box.left);
    const y = (value) => box.bottom - (value / top) * (box.bottom - box.top);
    setAttributes(svg, { width, height: size(HEIGHT), viewBox: `0 0 ${width} ${size(HEIGHT)}`, "aria-label": shown.words });
    const grid = niceTicks(0, top, 4).flatMap((tick) => [
      shape("line", { class: "grid-line", x1: box.left, x2: box.right, y1: y(tick), y2: y(tick) }),
      shape("text", { class: "tick", x: box.left - 6, y: y(tick) + 4, "text-anchor": "end", text: measure === "time" ? number(tick) : count(tick) }),
    ]);
    const steps = niceTicks(0, longest, width < 560 ? 3 : 6).map((tick) => shape("text", { class: "tick", x: x(tick), y: box.bottom + size(18), "text-anchor": "middle", text: String(tick) }));
    const names = [
      shape("text", { class: "tick", x: 0, y: size(14), text: axis() }),
      shape("text", { class: "tick", x: box.right, y: box.bottom + size(34), "text-anchor": "end", text: t("tokens in the text") }),
    ];
    const lines = [[high, "without", t("without")], [low, "with", t("with the cache")]].flatMap(([key, kind, name]) => lineOf({ rows, key, kind, name, x, y, factor, words, size }));
    svg.replaceChildren(...grid, ...steps, ...names, ...lines, ...bracket({ rows, low, high, factor, x, y, size }));
  }
  return { node, draw(next) { shown = next; paint(); }, stop: () => watcher.disconnect() };
}

function lineOf({ rows, key, kind, name, x, y, factor, words, size }) {
  if (!rows.length) return [];
  const points = rows.map((row) => [x(row.tokens), y(row[key] * factor)]);
  const [endX, endY] = points.at(-1);
  const title = (row) => shape("title", { text: t("{tokens} tokens: {value} {name}", { tokens: row.tokens, value: words(row[key] * factor), name }) });
  return [
    shape("polyline", { class: `speed-line ${kind}`, points: points.map((point) => point.map((value) => value.toFixed(1)).join(",")).join(" ") }),
    ...points.map(([px, py], at) => shape("circle", { class: `speed-dot ${kind}`, cx: px, cy: py, r: size(3) }, title(rows[at]))),
    shape("text", { class: `speed-name ${kind}`, x: endX + size(16), y: endY - size(2), text: name }),
    shape("text", { class: "tick", x: endX + size(16), y: endY + size(13), text: words(rows.at(-1)[key] * factor) }),
  ];
}

/** How many times, at the longest text so far. */
function bracket({ rows, low, high, factor, x, y, size }) {
  const last = rows.at(-1);
  if (!last) return [];
  const [px, from, to] = [x(last.tokens) + size(8), y(last[high] * factor), y(last[low] * factor)];
  const middle = (from + to) / 2;
  const mark = shape("path", { class: "bracket", d: `M${px - 4} ${from}h4V${to}h-4` });
  if (to - from < size(64)) return [mark];
  return [mark, shape("text", { class: "ratio", x: px + size(8), y: middle + size(8), text: `${fixed(last[high] / last[low], 1)} ×` })];
}
