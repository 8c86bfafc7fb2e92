/** How far counting comes: loss by the length of n-grams for each smoothing, where the runs stand, what was never seen. */
import { countedText } from "../kit/counted.js";
import { element, setText, shape } from "../kit/dom.js";
import { count, fixed, percent } from "../kit/format.js";
import { spreadLabels } from "../kit/plot.js";
import { t } from "../kit/words.js";
import { smoothingName } from "./controls.js";

const HEIGHT = 340;
const MARKS = { "witten-bell": "run-1", "kneser-ney": "run-3", "add-k": "run-2" };
const MOST_RUNS = 4;
const NARROW = 520;

export function createOrders(store, run) {
  const chart = shape("svg", { class: "orders-chart", role: "img" });
  const words = element("p", { class: "caption" });
  const table = element("div", { class: "table-frame" });
  const waiting = element("p", { class: "note", text: t("Counting …") });
  const cut = element("p", { class: "note" });
  store.watch(["orders", "smoothing", "order", "width"], ({ orders, smoothing, order, width }) => {
    waiting.hidden = Boolean(orders);
    if (!orders) return;
    const sentence = sentenceOf(orders, smoothing, run);
    draw(chart, orders, { smoothing, order, width: Math.max(280, width - 34), scale: scaleOf(chart), run });
    chart.setAttribute("aria-label", sentence);
    setText(words, sentence);
    setText(cut, cutText(orders));
    table.replaceChildren(valuesOf(orders));
  });
  return element("section", { class: "panel orders", aria: { label: t("How far does counting come?") } },
    element("div", { class: "panel-heading" }, element("h2", { text: t("How far does counting come?") }), element("span", { class: "unit", text: t("loss in nats per token, by the length of the n-grams") })),
    waiting, chart, element("p", { class: "note", text: t("length of n-grams, and how many of the validation text's were never counted") }), words, cut, element("details", { class: "values" }, element("summary", { text: t("Values as a table") }), table));
}

const scaleOf = (node) => Number(getComputedStyle(node).getPropertyValue("--scale")) || 1;

function draw(chart, orders, { smoothing, order, width, scale, run }) {
  const names = Object.keys(orders.losses);
  const longest = orders.grams.length;
  const [left, right] = [40 * scale, width - Math.min(220 * scale, width * 0.4)];
  const [top, bottom] = [12, HEIGHT * scale - 46 * scale];
  const longestName = width < NARROW ? 11 : 22;
  const runs = standing(orders, run);
  const all = [orders.uniform, ...names.flatMap((name) => orders.losses[name].validation), ...orders.losses[smoothing].training, ...runs.map(({ loss }) => loss)];
  const [low, high] = [Math.floor(Math.min(...all) * 2) / 2, Math.ceil(Math.max(...all) * 2) / 2];
  const x = (k) => left + ((k - 0.6) / Math.max(1, longest - 0.4)) * (right - left);
  const y = (loss) => bottom - ((loss - low) / (high - low || 1)) * (bottom - top);
  const children = [];
  for (let tick = Math.ceil(low); tick <= high; tick += 1) children.push(shape("text", { class: "tick", x: left - 8, y: y(tick) + 4, "text-anchor": "end", }, String(tick)));
  const level = (loss, className) => shape("line", { class: className, x1: left, x2: right, y1: y(loss), y2: y(loss) });
  const labels = [];
  children.push(level(orders.uniform, "rung"));
  labels.push({ y: y(orders.uniform), text: t("knows nothing {loss}", { loss: fixed(orders.uniform) }), className: "muted" });
  for (const one of runs) {
    children.push(level(one.loss, one.run === run ? "run own" : "run"));
    labels.push({ y: y(one.loss), text: `${one.name.length > longestName ? `${one.name.slice(0, longestName - 1)}…` : one.name} ${fixed(one.loss)}`, className: one.run === run ? "own" : "" });
  }
  const path = (values) => values.map((loss, place) => `${place ? "L" : "M"}${x(place + 1)},${y(loss)}`).join("");
  children.push(shape("path", { class: `line training ${MARKS[smoothing]}`, d: path(orders.losses[smoothing].training) }));
  labels.push({ y: y(orders.losses[smoothing].training.at(-1)), text: width < NARROW ? t("counted {loss}", { loss: fixed(orders.losses[smoothing].training.at(-1)) }) : t("on what it counted {loss}", { loss: fixed(orders.losses[smoothing].training.at(-1)) }), className: "muted" });
  for (const name of names) {
    const values = orders.losses[name].validation;
    children.push(shape("path", { class: `line ${MARKS[name]}${name === smoothing ? " chosen" : ""}`, d: path(values) }));
    values.forEach((loss, place) => children.push(shape("circle", { class: `dot ${MARKS[name]}`, cx: x(place + 1), cy: y(loss), r: name === smoothing && place + 1 === order ? 6 : 3.5 }, shape("title", {}, `${smoothingName(name)}, ${place + 1}: ${fixed(loss, 3)}`))));
    labels.push({ y: y(values.at(-1)), text: `${smoothingName(name)} ${fixed(values.at(-1))}`, className: MARKS[name] });
  }
  const placed = spreadLabels(labels.map((label) => ({ ...label })), 16 * scale, top + 6, bottom);
  for (const { text, className, placedY } of placed) children.push(shape("text", { class: `end ${className}`, x: right + 10, y: placedY + 4 }, text));
  for (let k = 1; k <= longest; k += 1) {
    children.push(shape("text", { class: `tick${k === order ? " chosen" : ""}`, x: x(k), y: bottom + 18 * scale, "text-anchor": "middle" }, String(k)));
    children.push(shape("text", { class: "small", x: x(k), y: bottom + 36 * scale, "text-anchor": "middle" }, percent(orders.unseen[k - 1][1])));
  }
  chart.setAttribute("viewBox", `0 0 ${width} ${HEIGHT * scale}`);
  chart.setAttribute("width", width);
  chart.setAttribute("height", HEIGHT * scale);
  chart.replaceChildren(...children);
}

/** The runs that get a line: this one, and the best Transformers on the same text. */
function standing({ runs }, run) {
  const own = runs.filter((one) => one.run === run);
  const others = runs.filter((one) => one.run !== run && !one.counts).sort((one, other) => one.loss - other.loss);
  return [...own, ...others].slice(0, MOST_RUNS);
}

function sentenceOf(orders, smoothing, run) {
  const { validation, training } = orders.losses[smoothing];
  const best = Math.min(...validation);
  const at = validation.indexOf(best) + 1;
  const words = { smoothing: smoothingName(smoothing), loss: fixed(best), order: at };
  const first = at < validation.length ? t("{smoothing} is best with {order}-grams, at {loss}; with longer ones it gets worse, as most contexts are too rare to be counted.", words) : t("{smoothing} comes to {loss} with {order}-grams.", words);
  const transformer = standing(orders, run).filter((one) => !one.counts).sort((one, other) => one.loss - other.loss)[0];
  const second = !transformer ? "" : best < transformer.loss ? t("That is below the best Transformer here ({name}, {loss}).", { name: transformer.name, loss: fixed(transformer.loss) }) : t("The best Transformer here ({name}) comes to {loss}.", { name: transformer.name, loss: fixed(transformer.loss) });
  const gap = validation.at(-1) - training.at(-1);
  const third = t("On the text that it counted it is better by {gap}: that part is learned by heart. {share} of the validation text's {order}-grams were never counted.", { gap: fixed(gap), share: percent(orders.unseen.at(-1)[1]), order: validation.length });
  return [first, second, third].filter(Boolean).join(" ");
}

/** What was not counted, and not measured, of a long text. */
function cutText(orders) {
  const { training } = orders.guessed;
  const measured = training < orders.training ? t("The losses are means over the first {tokens} tokens of a part, where it has more.", { tokens: count(training) }) : "";
  return [countedText(orders), measured].filter(Boolean).join(" ");
}

function valuesOf(orders) {
  const names = Object.keys(orders.losses);
  const heads = [t("n-gram length"), t("different n-grams"), t("contexts never seen"), t("n-grams never seen"), ...names.flatMap((name) => [smoothingName(name), t("{smoothing}, counted text", { smoothing: smoothingName(name) })])];
  const rows = orders.grams.map((grams, place) => [
    String(place + 1), count(grams), percent(orders.unseen[place][0]), percent(orders.unseen[place][1]),
    ...names.flatMap((name) => [fixed(orders.losses[name].validation[place], 3), fixed(orders.losses[name].training[place], 3)]),
  ]);
  const cells = (tag, values) => element("tr", {}, values.map((value) => element(tag, { text: value })));
  return element("table", {}, element("thead", {}, cells("th", heads)), element("tbody", {}, rows.map((row) => cells("td", row))));
}
