/** Through training: the loss of each kind of token, and the share of right first choices, at every step read so far. */
import { element, setText, shape } from "../kit/dom.js";
import { fixed, percent } from "../kit/format.js";
import { makeStepScale, niceTicks, spreadLabels, stepTicks } from "../kit/plot.js";
import { t } from "../kit/words.js";
import { className } from "./classes.js";

const HIGH = 240;
const EDGE = { left: 46, right: 150, top: 12, bottom: 30 };
const NARROW = 420;

export function createThrough(store, answers) {
  const all = element("button", { type: "button", class: "button", text: t("Read every kept step"), onclick: readAll });
  const picture = shape("svg", { class: "columns-picture", role: "img" });
  const rows = element("ol", { class: "pairs" });
  const words = element("p", { class: "caption" });
  const panel = element("section", { class: "panel", aria: { label: t("Through training") } }, element("div", { class: "panel-heading" },
    element("h2", { text: t("Through training") }), element("span", { class: "unit", text: t("nats per token, by kind") }), element("span", { class: "spacer" }), all), picture, words, rows);
  let reading = false;

  async function readAll() {
    reading = true;
    all.disabled = true;
    for (const { step } of store.state.points) {
      await answers.read(store.state.run, step).catch(() => {});
      store.set({ readSteps: store.state.readSteps + 1 });
    }
    reading = false;
  }

  store.watch(["now", "readSteps", "points", "palette", "width", "selected"], (state) => {
    const found = state.points.map(({ step }) => answers.known(state.run, step)).filter(Boolean);
    panel.hidden = state.points.length < 2;
    all.hidden = found.length === state.points.length;
    all.disabled = reading;
    picture.toggleAttribute("hidden", found.length < 2);
    rows.hidden = found.length < 2;
    setText(words, found.length < 2 ? t("Move the timeline, or read every kept step, to see what is learned first.") : captionOf(found));
    if (found.length < 2) return;
    paint(picture, found, state);
    rows.replaceChildren(...found.map((answer) => pairOf(answer, answer.step === state.now?.step)));
  });
  return panel;
}

function captionOf(found) {
  const [first, last] = [found[0], found.at(-1)];
  const fell = last.classes.flatMap(({ name, loss, n }) => {
    const before = first.classes.find((row) => row.name === name);
    return before && n >= 30 ? [{ name, saved: before.loss - loss }] : [];
  }).sort((one, other) => other.saved - one.saved);
  if (!fell.length) return "";
  return t("From step {from} to step {to} the loss fell most for: {best} (by {most} nats), and least for: {worst} (by {least}). First choices that were right went from {before} to {after}.",
    { from: first.step, to: last.step, best: className(fell[0].name), most: fixed(fell[0].saved), worst: className(fell.at(-1).name), least: fixed(fell.at(-1).saved), before: percent(first.top[0].share), after: percent(last.top[0].share) });
}

/** Loss and accuracy of one step, side by side: they need not move together. */
function pairOf({ step, loss, top }, chosen) {
  const bar = element("span", { class: "pair-bar" });
  bar.style.width = `${top[0].share * 100}%`;
  return element("li", { class: chosen ? "pair chosen" : "pair" }, element("span", { text: t("step {step}", { step }) }), element("span", { class: "number", text: t("{loss} nats", { loss: fixed(loss) }) }),
    element("span", { class: "class-track" }, bar), element("span", { class: "number", text: t("{share} right", { share: percent(top[0].share) }) }));
}

function paint(picture, found, { palette: { scale }, lastStep }) {
  const width = picture.clientWidth || 460;
  const narrow = width < NARROW * scale;
  const [left, right, top, bottom] = [EDGE.left * scale, width - (narrow ? 92 : EDGE.right) * scale, EDGE.top, (HIGH - EDGE.bottom) * scale];
  const names = found.at(-1).classes.filter(({ n }) => n >= 30).map(({ name }) => name);
  const lossOf = (answer, name) => answer.classes.find((row) => row.name === name)?.loss;
  const most = Math.max(...found.flatMap(({ classes }) => classes.filter(({ name }) => names.includes(name)).map(({ loss }) => loss)));
  const ticks = niceTicks(0, most * 1.02, 4);
  const y = (value) => bottom - (value / most) * (bottom - top);
  const x = makeStepScale("log", [found[0].step, Math.max(lastStep, found.at(-1).step)], [left, right]);
  const text = (attributes, words) => shape("text", { class: "tick", ...attributes, text: words });
  const labels = spreadLabels(names.map((name, index) => ({ name, index, y: y(lossOf(found.at(-1), name)) })), 16 * scale, top + 4, bottom);
  picture.setAttribute("height", HIGH * scale);
  picture.setAttribute("aria-label", captionOf(found));
  picture.replaceChildren(
    ...ticks.map((tick) => shape("line", { class: "grid-line", x1: left, x2: right, y1: y(tick), y2: y(tick) })),
    ...ticks.map((tick) => text({ x: left - 8, y: y(tick) + 4, "text-anchor": "end" }, String(Number(tick.toPrecision(3))))),
    ...stepTicks(x, 46 * scale).map((step) => text({ x: x.toPixel(step), y: bottom + 16 * scale, "text-anchor": "middle" }, String(step))),
    ...names.flatMap((name, index) => {
      const places = found.filter((answer) => lossOf(answer, name) !== undefined).map((answer) => [x.toPixel(answer.step), y(lossOf(answer, name))]);
      return [shape("polyline", { class: `kind kind-${index % 6}`, points: places.map((place) => place.join()).join(" ") }), ...places.map(([cx, cy]) => shape("circle", { class: `kind-dot kind-${index % 6}`, cx, cy, r: 3 }))];
    }),
    ...labels.map(({ name, index, placedY }) => text({ class: `tick kind-name kind-${index % 6}`, x: right + 8, y: placedY + 4 }, `${narrow ? "" : `${className(name)} `}${fixed(lossOf(found.at(-1), name))}`)));
}
