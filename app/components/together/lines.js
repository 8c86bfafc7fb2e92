/** Number lines [0, 1) under each other, one a model, and one draw u through all of them. */
import { element, setAttributes, shape } from "../kit/dom.js";
import { percent } from "../kit/format.js";
import { visibleToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";

const BAND = 44;
const GAP = 26;
const TOP = 34;

/** update({bands: [{name, slices: [[id, share, from], …], chosen, texts}], u, focus, scale, description}); a band without
 *  slices says why in `none`. onHover(text | null) tells which token is looked at. */
export function createLines({ onHover }) {
  const svg = shape("svg", { class: "draw-lines", role: "img" });
  const node = element("div", { class: "draw-lines-box" }, svg);
  let width = 0;
  let shown = null;
  const watcher = new ResizeObserver(([entry]) => {
    width = Math.round(entry.contentRect.width);
    paint();
  });
  watcher.observe(node);
  svg.addEventListener("pointermove", (event) => onHover(event.target.closest?.("[data-token]")?.dataset.token ?? null));
  svg.addEventListener("pointerleave", () => onHover(null));

  function paint() {
    if (!shown || !width) return;
    const { bands, u, scale } = shown;
    const size = (pixels) => Math.round(pixels * scale);
    const height = size(TOP) + bands.length * size(BAND + GAP);
    setAttributes(svg, { height, width, viewBox: `0 0 ${width} ${height}`, "aria-label": shown.description });
    const children = bands.flatMap((band, row) => drawBand(band, { top: size(TOP + GAP) + row * size(BAND + GAP), height: size(BAND), width, size, focus: shown.focus }));
    const x = u * width;
    const half = size(46);
    const pill = Math.min(Math.max(x - half, 0), width - 2 * half);
    svg.replaceChildren(...children, shape("g", { class: "draw", aria: { hidden: "true" } },
      shape("line", { class: "stem", x1: x, x2: x, y1: size(24), y2: height }),
      shape("rect", { class: "pill", x: pill, y: 1, width: 2 * half, height: size(24), rx: size(12) }),
      shape("text", { class: "pill-text", x: pill + half, y: size(18), text: `u = ${u.toFixed(3)}` })));
  }
  return { node, update(next) { shown = next; paint(); }, stop: () => watcher.disconnect() };
}

function drawBand({ name, slices, chosen, texts, none }, { top, height, width, size, focus }) {
  const title = shape("text", { class: "band-name", x: 0, y: top - size(6), text: name });
  if (!slices) return [title, shape("text", { class: "band-none", x: 0, y: top + height / 2, text: none })];
  const rest = shape("rect", { class: "rest", x: 0, y: top, width, height });
  const end = slices.reduce((edge, [, share, from]) => (from <= edge + 1e-6 ? Math.max(edge, from + share) : edge), 0);
  const room = (1 - end) * width;
  const others = room > size(70) ? [shape("text", { class: "share", x: end * width + room / 2, y: top + height / 2 + size(4), text: t("others") })] : [];
  return [rest, title, ...others, ...slices.flatMap(([id, share, from], rank) => {
    const [x, room] = [from * width, share * width];
    if (room < 0.3 && id !== chosen) return [];
    const text = visibleToken(texts[id]);
    const kind = `${id === chosen ? " chosen" : rank % 2 ? " odd" : ""}${focus === texts[id] ? " focused" : ""}`;
    const parts = [shape("rect", { x, y: top, width: Math.max(room - (room > 4 ? 1 : 0), id === chosen ? 2 : 0.3), height })];
    const fits = room >= (text.length * 11 + 6) * (size(100) / 100);
    if (fits) parts.push(shape("text", { class: "mark", x: x + room / 2, y: top + height / 2 + (room > size(46) ? -1 : 1) * size(room > size(46) ? 1 : 5), text }));
    if (fits && room > size(46)) parts.push(shape("text", { class: "share", x: x + room / 2, y: top + height - size(8), text: percent(share) }));
    return [shape("g", { class: `slice${kind}`, "data-token": texts[id] }, shape("title", { text: t("{token}: {share}", { token: text, share: percent(share) }) }), ...parts)];
  })];
}
