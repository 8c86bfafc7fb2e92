/** The whole pass as a map: the residual stream as the through line, every stop a station on it or on a branch. */
import { element, renew, shape } from "../kit/dom.js";
import { rove } from "../kit/rove.js";
import { t } from "../kit/words.js";
import { fullName, stopName } from "./stops.js";

const ON_STREAM = new Set(["embed", "sum", "stream 1", "stream 2", "final norm", "logits", "probabilities"]);
const ROW = 30; // as in inside.css
const [STREAM, BRANCH] = [12, 34];
const PAGE_HEAD = 64; // pixels that stay when the page scrolls
const LOWEST = 240;

/** `choose(at)` opens a stop, `openBlock(block)` the same stop of another block. */
export function createDiagram(store, { choose, openBlock }) {
  const list = element("ol", { class: "map-rows" });
  const panel = element("nav", { class: "map", aria: { label: t("The whole pass: every stop, with its shape") } }, list);
  const settle = rove(list, ".block-choice");
  let drawn = "";
  let rows = new Map();
  let frame = 0;

  /** The map is as tall as the window has room below it, so that the stop in view is always in sight. */
  const fit = () => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(() => {
      const top = Math.max(PAGE_HEAD, panel.getBoundingClientRect().top);
      list.style.setProperty("--room", `${Math.max(LOWEST, window.innerHeight - top - 28)}px`);
      const here = list.querySelector("[aria-current]");
      if (here) keepInView(panel, here);
    });
  };
  const scrolled = (event) => { if (event.target !== list) fit(); };
  document.addEventListener("scroll", scrolled, { capture: true, passive: true });
  window.addEventListener("resize", fit);

  store.watch(["stops", "at", "block"], (state) => {
    if (!state.stops.length) return;
    const name = `${state.turn} ${state.block}`;
    if (drawn !== name) {
      drawn = name;
      build(state);
    }
    for (const [at, button] of rows) {
      const here = at === state.at;
      button.toggleAttribute("aria-current", here);
      if (here) {
        button.setAttribute("aria-current", "step");
        keepInView(panel, button);
      }
    }
    fit();
  });

  function build({ stops, block, overview }) {
    rows = new Map();
    const { residual } = overview.switches;
    const shownStops = stops.map((stop, at) => ({ stop, at })).filter(({ stop }) => stop.block === null || stop.block === block);
    const items = shownStops.flatMap(({ stop, at }, place) => {
      const rail = railOf(shownStops.map(({ stop: each }) => each), place, residual);
      const button = element("button", { type: "button", class: `station ${rail}`, onclick: () => choose(at), title: fullName(stop) },
        drawRail(rail, residual), element("span", { class: "station-name", text: stopName(stop) }),
        drawTensor(stop.made[0], overview.sizes), element("span", { class: "station-shape mono", text: shapeText(stop) }));
      rows.set(at, button);
      const first = stop.block !== null && shownStops[place - 1]?.stop.block === null;
      return [...(first ? [blocksRow(overview.sizes.L, block)] : []), element("li", {}, button)];
    });
    renew(list, ...items);
    settle();
    const open = list.querySelector(".block-choice[aria-pressed=true]");
    if (open) open.parentElement.scrollLeft = open.offsetLeft - open.parentElement.offsetLeft - open.parentElement.clientWidth / 2;
  }

  /** Which block is open; the others are alike. */
  function blocksRow(count, open) {
    const buttons = Array.from({ length: count }, (_, at) => element("button", {
      type: "button", class: "block-choice", text: String(at + 1), aria: { pressed: String(at === open), label: t("Block {block} of {blocks}", { block: at + 1, blocks: count }) },
      onclick: () => openBlock(at),
    }));
    return element("li", { class: "blocks-row" }, drawRail("through", true), element("span", { class: "muted blocks-word", text: t("Block") }), element("span", { class: "block-choices", role: "group", aria: { label: t("Blocks") } }, ...buttons));
  }

  return {
    panel,
    dispose() {
      cancelAnimationFrame(frame);
      document.removeEventListener("scroll", scrolled, { capture: true });
      window.removeEventListener("resize", fit);
    },
  };
}

/** A tensor's shape as text: "4 × 23 × 16"; where k and v have fewer heads than q: "4|2 × 23 × 16". */
export function shapeText({ made }) {
  const heads = [...new Set(made.map((each) => each.shape[0]))];
  const [first] = made;
  return first.shape.length === 3 && heads.length > 1 ? `${heads.join("|")} × ${first.shape.slice(1).join(" × ")}` : first.shape.join(" × ");
}

function railOf(stops, place, residual) {
  const { name, part } = stops[place];
  if (part === "blocks") {
    if (name.startsWith("stream")) return residual ? "plus" : "back";
    const before = stops[place - 1];
    return before.part !== "blocks" || before.name.startsWith("stream") ? "open" : "branch";
  }
  if (place === 0) return "begin";
  if (name === "sum") return "sum";
  if (!ON_STREAM.has(name)) return "side";
  return name === "probabilities" ? "end" : "on";
}

/** The lines of one row, so that rows under each other draw the map. Without a residual there is no line beside a branch. */
function drawRail(rail, residual) {
  const middle = ROW / 2;
  const line = (d, kind) => shape("path", { d, class: `rail ${kind}` });
  const through = line(`M${STREAM} 0V${ROW}`, "stream");
  const curveOut = `M${STREAM} 0C${STREAM} ${middle} ${BRANCH} 0 ${BRANCH} ${middle}V${ROW}`;
  const curveBack = `M${BRANCH} 0C${BRANCH} ${middle} ${BRANCH - 4} ${middle} ${STREAM} ${middle}`;
  const beside = residual ? [through] : [];
  const parts = {
    begin: [line(`M${STREAM} ${middle}V${ROW}`, "stream"), dot(STREAM)],
    side: [through, line(`M${BRANCH} ${middle}H${STREAM}`, "branch"), dot(BRANCH)],
    sum: [through, plus()],
    through: [through],
    open: [...beside, line(curveOut, residual ? "branch" : "stream"), dot(BRANCH)],
    branch: [...beside, line(`M${BRANCH} 0V${ROW}`, residual ? "branch" : "stream"), dot(BRANCH)],
    plus: [through, line(curveBack, "branch"), plus()],
    back: [line(curveBack, "stream"), line(`M${STREAM} ${middle}V${ROW}`, "stream"), dot(STREAM)],
    on: [through, dot(STREAM)],
    end: [line(`M${STREAM} 0V${middle}`, "stream"), dot(STREAM)],
  };
  return shape("svg", { class: "rails", viewBox: `0 0 46 ${ROW}`, preserveAspectRatio: "none", aria: { hidden: "true" } }, ...parts[rail]);
}

const dot = (x) => shape("circle", { cx: x, cy: ROW / 2, r: 4.5, class: "stop-dot" });

function plus() {
  const [x, y] = [STREAM, ROW / 2];
  return shape("g", {}, shape("circle", { cx: x, cy: y, r: 7.5, class: "stop-dot" }), shape("path", { d: `M${x - 4} ${y}H${x + 4}M${x} ${y - 4}V${y + 4}`, class: "plus-sign" }));
}

/** The tensor as a sheet, or as one sheet a head; sides grow with the logarithm of what they count. */
function drawTensor({ shape: sizes, key }, { C }) {
  const [rows, columns] = sizes.slice(-2);
  const sheets = sizes.length === 3 ? Math.min(4, sizes[0]) : 1;
  const side = (count) => 4 + 18 * (Math.log2(1 + count) / Math.log2(1 + Math.max(C, 64, count)));
  const [wide, tall] = [side(columns) * 1.3, Math.min(16, side(rows) * 0.8)];
  const kind = /pattern$|probabilities$/.test(key) ? "share" : "plain";
  return shape("svg", { class: `sheet ${kind}`, viewBox: "0 0 40 26", aria: { hidden: "true" } },
    ...Array.from({ length: sheets }, (_, at) => shape("rect", { x: 20 - wide / 2 + 2 * (sheets - 1 - at) - sheets, y: 13 - tall / 2 - 2 * (sheets - 1 - at) + sheets, width: wide, height: tall, rx: 1.5 })));
}

/** Scrolls the map alone, never the page. */
function keepInView(panel, button) {
  const list = panel.querySelector(".map-rows");
  const [top, bottom] = [button.offsetTop, button.offsetTop + button.offsetHeight];
  if (top < list.scrollTop + ROW) list.scrollTop = top - ROW;
  else if (bottom > list.scrollTop + list.clientHeight - ROW) list.scrollTop = bottom - list.clientHeight + ROW;
}

