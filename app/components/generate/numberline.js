/** The line [0, 1): the slices as they were written above, the slices as set now below, ribbons between them, and one
 *  draw u through both. Candidates keep one order on both lines, so ribbons never cross. */
import { animateOnce, setAttributes, setText, shape } from "../kit/dom.js";
import { percent } from "../kit/format.js";
import { visibleToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { OTHERS } from "./sampling.js";

const TICKS = [0, 0.25, 0.5, 0.75, 1];
const DRAWN = 72; // slices past this rank share one shape: they are thinner than a hair
const WIDE_ENOUGH = 620;

/** All heights in pixels; presentation size makes them larger. */
function layoutFor(scale) {
  const size = (pixels) => Math.round(pixels * scale);
  const written = { top: size(38), height: size(26) };
  const ribbonHeight = size(34);
  const present = { top: written.top + written.height + ribbonHeight, height: size(58), large: true };
  const rug = { top: present.top + present.height + 4, height: size(8) };
  const axisTop = rug.top + rug.height + 4;
  return {
    written, present, rug, ribbonHeight, axisTop, height: axisTop + size(24), size,
    gutter: size(112), pill: { width: size(92), height: size(24) }, landing: present.top - 5,
  };
}

export function createNumberLine({ onHover, onLock, onDraw }) {
  const svg = shape("svg", { class: "number-line", role: "img" });
  const ribbons = shape("g", { class: "ribbons" });
  const slices = { written: shape("g", { class: "slices written" }), present: shape("g", { class: "slices present" }) };
  const axis = shape("g", { class: "axis" }, TICKS.flatMap((tick) => [shape("line"), shape("text", { text: String(tick) })]));
  const rug = shape("path", { class: "rug" });
  const lineNames = [0, 1].map(() => [shape("text"), shape("text", { class: "detail" })]);
  const mark = createDrawMark();
  const pools = { ribbons: [], written: [], present: [] };
  svg.append(ribbons, slices.written, slices.present, rug, axis, shape("g", { class: "line-names" }, lineNames.flat()), mark.node);

  let width = 0;
  let shown = null;

  const idUnder = (event) => {
    const id = event.target.closest?.("[data-id]")?.dataset.id;
    return id === undefined ? null : Number(id);
  };
  svg.addEventListener("pointermove", (event) => onHover(idUnder(event)));
  svg.addEventListener("pointerleave", () => onHover(null));
  svg.addEventListener("click", (event) => (event.target.closest?.(".draw") ? onDraw(shown.given) : onLock(idUnder(event))));
  const watcher = new ResizeObserver(([entry]) => {
    width = Math.round(entry.contentRect.width);
    if (shown && width) paint();
  });
  watcher.observe(svg);

  function paint() {
    const layout = layoutFor(shown.scale);
    const left = width >= WIDE_ENOUGH * shown.scale ? layout.gutter : 0;
    const toPixel = (share) => left + share * (width - left);
    svg.setAttribute("height", layout.height);
    const drawn = new Set([shown.focusId, shown.then.chosen.id, shown.now.chosen.id]);
    const before = gather(shown.then.candidates, drawn);
    const after = gather(shown.now.candidates, drawn);
    before.forEach((candidate, place) => {
      paintSlice(sliceAt(pools.written, slices.written, place), candidate, layout.written, toPixel, { ...shown, chosenId: shown.then.chosen.id });
      paintSlice(sliceAt(pools.present, slices.present, place), after[place], layout.present, toPixel, { ...shown, chosenId: shown.now.chosen.id });
      paintRibbon(ribbonAt(pools.ribbons, ribbons, place), candidate, after[place], toPixel, layout, candidate.id === shown.now.chosen.id);
    });
    [pools.ribbons.map((path) => ({ group: path })), pools.written, pools.present].forEach((pool) =>
      pool.forEach(({ group }, place) => group.toggleAttribute("hidden", place >= before.length)));
    paintAxis(axis, toPixel, layout);
    if (left) paintNamesInGutter(lineNames, shown.labels, layout);
    else paintNamesAbove(lineNames, shown.labels, layout, shown.draw, width);
    rug.setAttribute("d", shown.rolls.map((roll) => `M${toPixel(roll).toFixed(1)} ${layout.rug.top}v${layout.rug.height}`).join(""));
    mark.moveTo(toPixel(shown.draw), shown.draw, left, width, layout);
  }

  return {
    node: svg,
    /** {then, now, draw, focusId, rolls, labels, texts, scale, description} */
    update(next) {
      shown = next;
      svg.setAttribute("aria-label", next.description);
      if (width) paint();
    },
    drop: () => { if (shown) mark.drop(layoutFor(shown.scale)); },
    stop: () => watcher.disconnect(),
  };
}

/** The slices to draw: the first ones and those that matter one by one, each run of others between them as one. */
function gather(candidates, wanted) {
  if (candidates.length <= DRAWN + 8) return candidates;
  const gathered = candidates.slice(0, DRAWN);
  let open = null;
  for (const candidate of candidates.slice(DRAWN)) {
    if (wanted.has(candidate.id)) {
      gathered.push(candidate);
      open = null;
    } else if (open) {
      open.to = candidate.to;
      open.probability += candidate.probability;
    } else {
      open = { ...candidate, id: OTHERS, gathered: true };
      gathered.push(open);
    }
  }
  return gathered;
}

function sliceAt(pool, parent, place) {
  if (!pool[place]) {
    const [box, mark, share] = [shape("rect"), shape("text", { class: "mark" }), shape("text", { class: "share" })];
    pool[place] = { group: shape("g", {}, box, mark, share), box, mark, share };
    parent.append(pool[place].group);
  }
  return pool[place];
}

function ribbonAt(pool, parent, place) {
  if (!pool[place]) parent.append((pool[place] = shape("path")));
  return pool[place];
}

function paintSlice({ group, box, mark, share }, candidate, band, toPixel, { texts, focusId, chosenId, scale }) {
  const start = toPixel(candidate.from);
  const room = toPixel(candidate.to) - start;
  const middle = start + room / 2;
  const chosen = candidate.id === chosenId && !candidate.gathered;
  const glyph = candidate.id === OTHERS ? t("others") : visibleToken(texts[candidate.id]);
  const glyphRoom = (glyph.length * (band.large ? 13 : 9) + 4) * scale;
  const fits = room >= glyphRoom || (chosen && glyph.length === 1 && room >= 10 * scale);
  const withShare = Boolean(band.large) && room >= 50 * scale;
  const kind = candidate.id === OTHERS ? "others" : candidate.rank % 2 ? "odd" : "even";
  group.dataset.id = candidate.id;
  group.setAttribute("class", `slice ${kind}${chosen ? " chosen" : ""}${candidate.id === focusId ? " focused" : ""}`);
  const gap = room > 4 ? 1 : 0; // a hair of page between slices; thin ones would vanish
  setAttributes(box, { x: start, y: band.top, width: Math.max(room - gap, 0), height: band.height });
  setText(mark, fits ? glyph : "");
  setAttributes(mark, { x: middle, y: band.top + band.height / 2 + (band.large ? (withShare ? 1 : 7) : 5) * scale });
  setText(share, withShare ? percent(candidate.probability) : "");
  setAttributes(share, { x: middle, y: band.top + band.height - 9 * scale });
}

function paintRibbon(path, from, to, toPixel, layout, lit) {
  const [a, b, c, d] = [from.from, from.to, to.to, to.from].map((share) => toPixel(share).toFixed(1));
  const top = layout.written.top + layout.written.height;
  const middle = top + layout.ribbonHeight / 2;
  const bottom = layout.present.top;
  path.setAttribute("class", lit ? "lit" : from.rank % 2 ? "odd" : "even");
  path.setAttribute("d", `M${a} ${top}H${b}C${b} ${middle} ${c} ${middle} ${c} ${bottom}H${d}C${d} ${middle} ${a} ${middle} ${a} ${top}Z`);
}

function paintAxis(axis, toPixel, { axisTop, size }) {
  TICKS.forEach((tick, index) => {
    const [line, text] = [axis.children[2 * index], axis.children[2 * index + 1]];
    const x = toPixel(tick);
    setAttributes(line, { x1: x, x2: x, y1: axisTop - 2, y2: axisTop + 4 });
    setAttributes(text, { x, y: axisTop + size(18), "text-anchor": tick === 0 ? "start" : tick === 1 ? "end" : "middle" });
  });
}

/** Without a gutter the names stand above their lines, on the side away from the draw. */
function paintNamesAbove(lineNames, labels, { written, present }, draw, width) {
  const side = draw < 0.5 ? { x: width, "text-anchor": "end" } : { x: 2, "text-anchor": "start" };
  lineNames.forEach(([name, detail], line) => {
    setText(name, labels[line].join(", "));
    setText(detail, "");
    setAttributes(name, { ...side, y: (line === 0 ? written : present).top - 7 });
  });
}

function paintNamesInGutter(lineNames, labels, { written, present, size }) {
  const middles = [written, present].map(({ top, height }) => top + height / 2);
  lineNames.forEach(([name, detail], line) => {
    setText(name, labels[line][0]);
    setText(detail, labels[line][1]);
    setAttributes(name, { x: 0, y: middles[line] - 2, "text-anchor": "start" });
    setAttributes(detail, { x: 0, y: middles[line] + size(14) });
  });
}

/** The draw: a pill that says u, a stem down through the line as written, a ball on the present one. */
function createDrawMark() {
  const stem = shape("line", { class: "stem" });
  const ball = shape("circle", { class: "ball" });
  const box = shape("rect", { class: "pill", y: 1 });
  const text = shape("text", { class: "pill-text" });
  const node = shape("g", { class: "draw", aria: { hidden: "true" } }, stem, box, text, ball);
  return {
    node,
    moveTo(x, draw, left, right, { pill, landing, size }) {
      const pillLeft = Math.min(Math.max(x - pill.width / 2, left), right - pill.width);
      setAttributes(stem, { x1: x, x2: x, y1: pill.height, y2: landing });
      setAttributes(ball, { cx: x, cy: landing, r: size(6) });
      setAttributes(box, { x: pillLeft, width: pill.width, height: pill.height, rx: pill.height / 2 });
      setAttributes(text, { x: pillLeft + pill.width / 2, y: size(18) });
      setText(text, `u = ${draw.toFixed(3)}`);
    },
    drop({ pill, landing }) {
      animateOnce(ball, [{ transform: `translateY(${pill.height - landing}px)` }, { transform: "none" }]);
      animateOnce(stem, [{ clipPath: "inset(0 -2px 100% -2px)" }, { clipPath: "inset(0 -2px 0 -2px)" }]);
    },
  };
}
