/** A finished run, played again: the curve draws itself past the simple models, the samples get better. */
import { animateOnce, element, setAttributes, setText, shape } from "../kit/dom.js";
import { fixed, number } from "../kit/format.js";
import { rungName } from "../kit/ladder.js";
import { BASELINES } from "../kit/series.js";
import { t } from "../kit/words.js";
import { between, lossFrame, placeOf, thin } from "./measures.js";
import { createPattern } from "./pattern.js";
import { describe, unsureWords } from "./words.js";

const MARGIN = { left: 44, right: 58, top: 18, bottom: 42 };
const HEIGHT = 320;
const STEP_TICKS = [0, 10, 100, 1000, 10000, 100000];
const ROOM_FOR_RIGHT_NAMES = 0.55; // rungs above the middle of the frame are named at the right, where the curve is low

/** The curve as SVG; `seek(share)` draws it up to there. */
function createCurve(film) {
  const frame = lossFrame(film);
  const lastStep = film.steps;
  const measured = film.validation.map(([step, loss]) => [placeOf(step, lastStep), loss, step]);
  const places = measured.map(([place]) => place);
  const clipRect = shape("rect", { x: 0, y: 0 });
  const rungs = BASELINES.filter((name) => Number.isFinite(film.ladder[name])).map((name) => createRung(film.ladder[name], rungName(name)));
  const grid = shape("g", { class: "grid" });
  const trainLine = shape("path", { class: "train", "clip-path": "url(#drawn)" });
  const validationLine = shape("path", { class: "validation" });
  const point = shape("circle", { r: 6, class: "validation-dot" });
  const value = shape("text", { class: "value" });
  const svg = shape("svg", { class: "film", role: "img" }, shape("clipPath", { id: "drawn" }, clipRect), grid, rungs.map(({ node }) => node), trainLine, validationLine, point, value);

  let [width, scale, share] = [0, 1, 0];
  const size = (pixels) => pixels * scale;
  const x = (place) => size(MARGIN.left) + place * (width - size(MARGIN.left + MARGIN.right));
  const y = (loss) => size(MARGIN.top) + ((frame.high - loss) / (frame.high - frame.low)) * size(HEIGHT - MARGIN.top - MARGIN.bottom);
  const path = (points) => points.map(([place, loss], index) => `${index ? "L" : "M"}${x(place).toFixed(1)} ${y(loss).toFixed(1)}`).join("");

  function drawFrame() {
    svg.setAttribute("height", size(HEIGHT));
    clipRect.setAttribute("height", size(HEIGHT));
    trainLine.setAttribute("d", path(thin(film.curve, lastStep, Math.max(width / 3, 80))));
    rungs.forEach((rung) => rung.place({ left: x(0), right: x(1), y, atRight: (frame.high - rung.loss) / (frame.high - frame.low) < ROOM_FOR_RIGHT_NAMES }));
    const losses = Array.from({ length: Math.floor(frame.high) - Math.ceil(frame.low) + 1 }, (_, index) => Math.ceil(frame.low) + index);
    const bottom = size(HEIGHT - MARGIN.bottom);
    grid.replaceChildren(
      ...STEP_TICKS.filter((step) => step <= lastStep).map((step) =>
        shape("text", { x: x(placeOf(step, lastStep)), y: bottom + size(18), "text-anchor": "middle", text: String(step) })),
      shape("text", { x: x(1), y: bottom + size(38), "text-anchor": "end", text: t("training step (log scale)") }),
      shape("text", { x: 0, y: size(12), text: t("loss, nats") }),
      ...losses.map((loss) => shape("text", { x: x(0) - size(10), y: y(loss) + size(4), "text-anchor": "end", text: String(loss) })),
      shape("line", { x1: x(0), x2: x(1), y1: bottom, y2: bottom }));
  }

  /** The dot glides on straight lines between measurements; the number beside it is always a measured one. */
  function seek(next) {
    share = next;
    if (!width) return;
    const { index, part } = between(places, share);
    const loss = measured[index][1] + part * ((measured[index + 1]?.[1] ?? measured[index][1]) - measured[index][1]);
    validationLine.setAttribute("d", path([...measured.slice(0, index + 1), [Math.max(share, places[0]), loss]]));
    clipRect.setAttribute("width", x(share));
    setAttributes(point, { cx: x(share), cy: y(loss), r: size(6) });
    setAttributes(value, { x: x(share) + size(12), y: y(loss) + size(6) });
    setText(value, number(measured[index][1]));
    rungs.forEach((rung) => rung.light(measured[index][1]));
  }

  const watcher = new ResizeObserver(([entry]) => {
    width = Math.round(entry.contentRect.width);
    if (!width) return;
    drawFrame();
    seek(share);
  });
  watcher.observe(svg);
  return {
    svg, seek, stop: () => watcher.disconnect(),
    resize(next) { scale = next; if (width) { drawFrame(); seek(share); } },
  };
}

function createRung(loss, words) {
  const [line, text] = [shape("line"), shape("text", { text: words })];
  const node = shape("g", { class: "rung" }, line, text);
  return {
    node, loss,
    place({ left, right, y, atRight }) {
      setAttributes(line, { x1: left, x2: right, y1: y(loss), y2: y(loss) });
      setAttributes(text, { x: atRight ? right : left + 8, y: y(loss) - 6, "text-anchor": atRight ? "end" : "start" });
    },
    light: (present) => node.classList.toggle("passed", present < loss),
  };
}

/** onMoment(words) hears the sentence of each kept moment as the film reaches it. */
export function createFilm(film, onMoment) {
  const curve = createCurve(film);
  const pattern = createPattern(film);
  const places = film.moments.map(({ step }) => placeOf(step, film.steps));
  const stepWords = element("span", { class: "sample-step mono" });
  const unsure = element("p", { class: "note" });
  const sample = element("pre", { class: "sample mono", dir: "auto" });
  const page = element("div", { class: "page" },
    element("div", { class: "page-head" }, element("span", { class: "note", text: t("what it writes at") }), stepWords), sample, unsure, pattern.node);
  let [shown, written, share, palette] = [-1, null, 0, null];

  function seek(next) {
    share = next;
    curve.seek(share);
    const place = between(places, share);
    if (palette) pattern.draw(place, palette);
    if (place.index === shown) return;
    shown = place.index;
    showMoment(film.moments[shown]);
  }

  function showMoment(moment) {
    const [step, loss] = film.validation.findLast(([at]) => at <= moment.step) ?? film.validation[0];
    setText(unsure, unsureWords(film, loss));
    showSample(film.moments.slice(0, shown + 1).findLast((each) => each.sample) ?? moment);
    const words = describe(film, { step, loss });
    curve.svg.setAttribute("aria-label", words);
    onMoment(words);
  }

  /** Not every moment wrote something: the last that did keeps its place, with its own step. */
  function showSample(moment) {
    if (moment === written) return;
    written = moment;
    setText(stepWords, t("step {step}", { step: moment.step }));
    setText(sample, moment.sample.trim());
    animateOnce(sample, [{ opacity: 0.15 }, { opacity: 1 }], 240);
  }

  const node = element("div", { class: "film-pair" }, element("div", { class: "film-frame" }, curve.svg), page);
  return {
    node, seek, stop: curve.stop,
    restyle(nextPalette, scale) {
      palette = nextPalette;
      curve.resize(scale);
      seek(share);
    },
  };
}

/** Everything that the film shows, as a table; built only when it is open. */
export function createFilmTable(film) {
  const body = element("tbody");
  const words = [t("step"), t("validation loss"), t("what it wrote")];
  const rows = () => film.moments.map((moment) => element("tr", {},
    element("td", { text: String(moment.step) }), element("td", { text: fixed(moment.val_loss, 3) }), element("td", { class: "mono left", text: moment.sample.trim() })));
  const node = element("details", { class: "values", on: { toggle: () => { if (node.open && !body.childElementCount) body.append(...rows()); } } },
    element("summary", { text: t("Values as a table") }),
    element("div", { class: "table-frame" }, element("table", {}, element("thead", {}, element("tr", {}, words.map((text) => element("th", { scope: "col", text })))), body)));
  return node;
}
