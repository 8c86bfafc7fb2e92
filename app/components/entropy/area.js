/** The sum as an area. Each outcome is a column as wide as its truth and as high as its surprise, so its area is its
 *  term; all widths add up to 1, so the mean height is the sum: H(p, q). Up to the height that a perfect guess would
 *  have paid it is plain, what the wrong guess adds is hatched: over all columns that is KL. */
import { element, setText, shape } from "../kit/dom.js";
import { fixed } from "../kit/format.js";
import { niceTicks, spreadLabels } from "../kit/plot.js";
import { t } from "../kit/words.js";
import { outcomeName } from "./bars.js";
import { crossEntropy, distributions, divergence, entropy, surpriseShare } from "./maths.js";
import { inUnit, said, saidExtra, unitOfTerms, unitWord } from "./units.js";

const HEIGHT = 250;
const TOPS = [0.25, 0.7, 1.5, 2.5, 4, 6, 9, 13]; // nats that the picture reaches: few, so that it stays calm under a hand
const CHOICES = [1, 1.1, 1.25, 1.5, 2, 3, 5, 10, 20, 50, 100, 500, 1000, 5000, 10000, 50000, 200000];
const NARROWEST_TERM = 44; // pixels that a term's number needs
let pictures = 0;

/** `roles(state)` -> {truth, guess, names: {truth, guess}}: the second picture of the page has them swapped. */
export function createArea(store, { title, note, roles }) {
  const hatch = `hatch-${(pictures += 1)}`;
  const svg = shape("svg", { class: "area", role: "img", tabindex: "0" });
  const heading = element("div", { class: "panel-heading" }, element("h2", { class: "mono", text: title }), element("span", { class: "unit", text: note }));
  const readout = element("p", { class: "note readout", aria: { live: "polite" } });
  const box = element("section", { class: "area-box", aria: { label: note } }, heading, svg, readout);

  svg.addEventListener("keydown", (event) => {
    const { hovered, truth } = store.state;
    const last = truth.length - 1;
    const to = { ArrowRight: hovered === null ? 0 : Math.min(last, hovered + 1), ArrowLeft: hovered === null ? last : Math.max(0, hovered - 1), Home: 0, End: last, Escape: null }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    store.set({ hovered: to });
  });
  svg.addEventListener("pointerleave", () => store.set({ hovered: null }));
  svg.addEventListener("blur", () => store.set({ hovered: null }));

  store.watch(["truth", "smoothing", "logits", "temperature", "outcomes", "unit", "hovered", "palette", "width"], (state) => {
    const given = roles(distributions(state));
    const plot = layOut(svg, given, state);
    svg.replaceChildren(pattern(hatch), ...axes(plot), ...given.truth.flatMap((_share, index) => column(plot, given, index, state, { hatch, store })), ...mean(plot, given, hatch));
    svg.setAttribute("aria-label", whole(given, state));
    setText(readout, state.hovered === null ? whole(given, state) : oneTerm(given, state));
  });
  return box;
}

/** What the two areas are made of. */
export function areaKey() {
  const key = (kind, text) => element("span", { class: "key-entry" }, element("span", { class: `key-swatch ${kind}` }), text);
  return element("p", { class: "note area-key" }, element("span", { text: t("A column is as wide as the truth and as high as −ln of the guess; its area is its term. All widths add up to 1, so the sum is the mean height.") }),
    key("plain", t("what a perfect guess pays too")), key("dear", t("what this guess pays more")), key("saved", t("what it saves there")));
}

function layOut(svg, { truth, guess }, { palette, unit }) {
  const scale = palette.scale;
  const width = Math.max(240, svg.clientWidth || 480);
  const height = HEIGHT * scale;
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.style.height = `${height}px`;
  const [left, right, top, bottom] = [46 * scale, width - 136 * scale, 10 * scale, height - 26 * scale];
  const heights = truth.flatMap((share, index) => (share > 0 ? [-Math.log(guess[index]), ...(share > 0.02 ? [-Math.log(share)] : [])] : []));
  const endless = heights.includes(Infinity) ? 1.3 : 1; // room above what is finite
  const highest = endless * Math.max(0, ...heights.filter(Number.isFinite));
  const most = TOPS.find((one) => one >= highest) ?? TOPS.at(-1);
  const y = (nats) => bottom - (Math.min(nats, most) / most) * (bottom - top);
  const starts = truth.reduce((places, share) => [...places, places.at(-1) + share], [0]).map((share) => left + share * (right - left));
  return { width, height, left, right, top, bottom, most, y, starts, scale, unit };
}

const pattern = (id) => shape("defs", {}, shape("pattern", { id, width: 7, height: 7, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
  shape("rect", { width: 7, height: 7, class: "hatch-ground" }), shape("rect", { width: 4, height: 7, class: "hatch-line" })));

function axes({ left, right, bottom, y, most, scale, unit }) {
  const ticks = unit === "perplexity" ? CHOICES.map((count) => [Math.log(count), String(count)]).filter(([nats]) => nats <= most && nats >= 0)
    : niceTicks(0, inUnit(most, unit), 4).map((value) => [unit === "bits" ? value * Math.LN2 : value, String(Math.round(value * 100) / 100)]);
  const far = ticks.filter(([nats], index) => index === 0 || y(ticks[index - 1][0]) - y(nats) >= 12);
  return [
    shape("line", { class: "axis", x1: left, x2: right, y1: bottom, y2: bottom }),
    ...far.flatMap(([nats, words]) => [shape("line", { class: "axis", x1: left - 4, x2: left, y1: y(nats), y2: y(nats) }),
      shape("text", { x: left - 8, y: y(nats) + 4, "text-anchor": "end", text: words })]),
    shape("text", { x: left - 8, y: bottom + 18 * scale, "text-anchor": "end", class: "axis-name", text: unitWord(unit) }),
  ];
}

function column({ starts, y, bottom, top, scale, unit }, given, index, { outcomes, hovered }, { hatch, store }) {
  const { truth, guess, names } = given;
  const [x, end] = [starts[index], starts[index + 1]];
  const width = end - x;
  if (width < 0.5) return [];
  const [own, paid] = [-Math.log(truth[index]), -Math.log(guess[index])];
  const over = (from, to, kind, fill) => shape("rect", { x, width, y: y(to), height: Math.max(0, y(from) - y(to)), class: kind, ...(fill ? { fill } : {}) });
  const dear = paid > own;
  const parts = [over(0, Math.min(own, paid), `own-part ${names.truth}-role`), dear ? over(own, paid, "extra-part", `url(#${hatch})`) : over(paid, own, "saved-part")];
  const term = surpriseShare(truth[index], guess[index]);
  const label = outcomeName(outcomes[index]);
  const group = shape("g", { class: hovered === index ? "column hovered" : "column", on: { pointerenter: () => store.set({ hovered: index }) } },
    shape("rect", { x, width, y: top, height: bottom - top, class: "reach" }), ...parts,
    shape("line", { class: `level own ${names.truth}-role`, x1: x, x2: end, y1: y(own), y2: y(own) }),
    shape("line", { class: `level paid ${names.guess}-role`, x1: x + 1, x2: end - 1, y1: y(paid), y2: y(paid) }),
    ...(Number.isFinite(paid) ? [] : [shape("text", { x: (x + end) / 2, y: top + 18 * scale, "text-anchor": "middle", class: "endless", text: "∞" })]));
  if (width >= 16 * scale) group.append(shape("text", { x: (x + end) / 2, y: bottom + 18 * scale, "text-anchor": "middle", class: "outcome-label mono", text: clipped(label, width / (8 * scale)) }));
  if (width >= NARROWEST_TERM * scale && y(paid) < bottom - 20 * scale) {
    group.append(shape("text", { x: (x + end) / 2, y: bottom - 8 * scale, "text-anchor": "middle", class: "term mono", text: fixed(inUnit(term, unitOfTerms(unit)), 3) }));
  }
  return [group];
}

const clipped = (label, most) => (label.length > most ? `${label.slice(0, Math.max(1, Math.floor(most) - 1))}…` : label);

/** Right of the columns: one of width 1 whose height is the mean of theirs, and the names of its two parts. */
function mean({ right, y, bottom, top, scale, unit }, { truth, guess, names }, hatch) {
  const [own, paid] = [entropy(truth), crossEntropy(truth, guess)];
  const [x, width] = [right + 14 * scale, 20 * scale];
  const bar = (from, to, kind, fill) => shape("rect", { x, width, y: y(to), height: Math.max(0, y(from) - y(to)), class: kind, ...(fill ? { fill } : {}) });
  const [a, b] = [names.truth, names.guess];
  const labels = spreadLabels([
    { y: y(paid), text: `H(${a}, ${b})`, value: inWords(paid, unit), kind: "strong" },
    ...(paid - own > 0.005 ? [{ y: (y(paid) + y(own)) / 2, text: `KL(${a}‖${b})`, value: unit === "perplexity" ? `× ${fixed(Math.exp(paid - own))}` : inWords(paid - own, unit), kind: "extra-name" }] : []),
    { y: y(own), text: `H(${a})`, value: inWords(own, unit), kind: "" },
  ], 30 * scale, top + 8, bottom - 14 * scale);
  return [
    shape("line", { class: "mean-line", x1: x + width, x2: 46 * scale, y1: y(paid), y2: y(paid) }),
    bar(0, own, `own-part mean ${a}-role`), bar(own, paid, "extra-part mean", `url(#${hatch})`),
    ...labels.flatMap(({ placedY, text, value, kind }) => [
      shape("text", { x: x + width + 8 * scale, y: placedY, class: `mean-name mono ${kind}`, text }),
      shape("text", { x: x + width + 8 * scale, y: placedY + 14 * scale, class: `mean-value mono ${kind}`, text: value }),
    ]),
  ];
}

const inWords = (nats, unit) => (unit === "perplexity" ? fixed(Math.exp(nats)) : fixed(inUnit(nats, unit), 3));

function whole({ truth, guess, names: { truth: a, guess: b } }, { unit }) {
  const words = { a, b, cost: said(crossEntropy(truth, guess), unit), own: said(entropy(truth), unit), extra: saidExtra(divergence(truth, guess), unit) };
  return t("The mean height is H({a}, {b}) = {cost}: H({a}) = {own}, and KL({a}‖{b}) = {extra} on top of it.", words);
}

function oneTerm({ truth, guess, names: { truth: a, guess: b } }, { outcomes, hovered, unit: chosen }) {
  const unit = unitOfTerms(chosen);
  const [share, guessed] = [truth[hovered], guess[hovered]];
  const words = {
    outcome: outcomeName(outcomes[hovered]), a, b, share: fixed(share, 3), log: unit === "bits" ? "log₂" : "ln", guessed: fixed(guessed, 3),
    height: fixed(inUnit(-Math.log(guessed), unit), 3), term: said(surpriseShare(share, guessed), unit), own: said(surpriseShare(share, share), unit),
  };
  if (share === 0) return t("{outcome}: {a} is 0, so the column has no width and nothing is paid, whatever {b} says.", words);
  return t("{outcome}: width {a} = {share}, height −{log} {b} = −{log} {guessed} = {height}; area {term}. With {b} = {a} it would be {own}.", words);
}
