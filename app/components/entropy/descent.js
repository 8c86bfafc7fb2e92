/** The gradient as arrows on the logits: q − p, a step along them, the loss that follows, and the same from autograd. */
import { animate, element, iconButton, setText, shape } from "../kit/dom.js";
import { fixed, number } from "../kit/format.js";
import { t } from "../kit/words.js";
import { outcomeName } from "./bars.js";
import { createSlider } from "./controls.js";
import { crossEntropy, descended, distributions, slope } from "./maths.js";

/** What autograd is asked of the numbers in view; its answer carries the question, so that a late one is known. */
export const questionOf = ({ truth, smoothing, logits, temperature }) => ({ logits: logits.join(","), truth: truth.join(","), smoothing, temperature });
const answerTo = (state) => (JSON.stringify(state.check?.question) === JSON.stringify(questionOf(state)) ? state.check : null);

const SIZE = { min: 0.1, max: 5, step: 0.1 };
const PACE = 450; // milliseconds from step to step
const MOST_STEPS = 200;
const STILL = 1e-3; // a gradient that moves nothing that one could see

export function createDescent(store) {
  const rows = element("div", { class: "logits", role: "table", aria: { label: t("Logits and their gradient") } });
  const equation = element("p", { class: "equation mono", dir: "ltr" });
  const verdict = element("p", { class: "note verdict", role: "status" });
  const trail = shape("svg", { class: "trail", viewBox: "0 0 200 48", preserveAspectRatio: "none", aria: { hidden: "true" } });
  const told = element("p", { class: "caption", aria: { live: "polite" } });
  const step = element("button", { type: "button", class: "button primary", text: t("Take a step"), on: { click: () => { pause(); stepOnce(store); } } });
  const play = iconButton({ icon: "play", class: "button round", text: t("Play the steps"), onClick: () => (timer ? pause() : start()) });
  const size = createSlider({ label: t("step size η"), title: t("How far a step goes along the arrows"), ...SIZE, onInput: (value) => store.set({ size: value }) });
  let timer = 0;

  function start() {
    play.show("pause", t("Pause the steps"));
    timer = setInterval(() => { if (!stepOnce(store)) pause(); }, PACE);
  }
  function pause() {
    clearInterval(timer);
    timer = 0;
    play.show("play", t("Play the steps"));
  }

  store.watch(["truth", "smoothing", "logits", "temperature", "outcomes", "hovered", "size", "steps", "check", "palette"], (state) => {
    const { p, q } = distributions(state);
    const gradient = slope(p, q, state.temperature);
    const possible = state.logits.every(Number.isFinite);
    const check = answerTo(state);
    rows.replaceChildren(header(check), ...rowsOf(state, p, q, gradient, possible ? check : null, store));
    size.show(state.size, t("z ← z − η · gradient"));
    step.disabled = !possible;
    play.button.disabled = !possible;
    if (!possible && timer) pause();
    drawTrail(trail, state.steps);
    setText(told, possible ? toldOf(state, p, q, gradient) : t("A 0 in q asks for a logit of −∞, which no step reaches: lift that bar a little first."));
    setText(verdict, possible ? checkWords(check, state.problem, crossEntropy(p, q), gradient) : "");
    const largest = gradient.reduce((best, value, index) => (Math.abs(value) > Math.abs(gradient[best]) ? index : best), 0);
    const shown = state.hovered ?? largest;
    const sharper = state.temperature === 1 ? "" : ` ÷ ${fixed(state.temperature)}`;
    setText(equation, `∂H/∂z(${outcomeName(state.outcomes[shown])}) = (q − p)${sharper} = ${state.temperature === 1 ? "" : "("}${fixed(q[shown], 3)} − ${fixed(p[shown], 3)}${state.temperature === 1 ? "" : `)${sharper}`} = ${fixed(gradient[shown], 3)}`);
  });
  const panel = element("section", { class: "panel", aria: { label: t("One step down") } },
    element("div", { class: "panel-heading" }, element("h2", { text: t("One step down") }), element("span", { class: "unit", text: t("the gradient of the loss in the logits is q − p: each arrow points where its logit should go") })),
    rows, equation, verdict,
    element("div", { class: "steps-row" }, step, play.button, size.row), element("div", { class: "trail-row" }, trail, told));
  return { panel, dispose: pause };
}

/** False where there is nothing left to gain. */
function stepOnce(store) {
  const { logits, temperature, size, steps } = store.state;
  const { p, q } = distributions(store.state);
  const gradient = slope(p, q, temperature);
  if (!logits.every(Number.isFinite) || Math.max(...gradient.map(Math.abs)) < STILL || steps.length > MOST_STEPS) return false;
  const target = descended(logits, gradient, size);
  const before = steps.length ? steps : [crossEntropy(p, q)];
  const after = crossEntropy(p, distributions({ ...store.state, logits: target }).q);
  store.set({ steps: [...before, after] });
  animate(200, (part) => store.set({ logits: part === 1 ? target : logits.map((logit, index) => logit + part * (target[index] - logit)) }));
  return true;
}

const header = (check) => element("div", { class: "logit-row heads", role: "row" },
  ...["", t("logit z, and where a step takes it"), "q − p", check?.by ?? t("autograd")].map((text) => element("span", { class: "note", role: "columnheader", text })));

/** All rows share one axis of logits. */
function rowsOf(state, p, q, gradient, check, store) {
  const targets = state.logits.every(Number.isFinite) ? descended(state.logits, gradient, state.size) : state.logits;
  const finite = [...state.logits, ...targets].filter(Number.isFinite);
  const [low, high] = [Math.floor(Math.min(-2, ...finite) - 0.3), Math.ceil(Math.max(2, ...finite) + 0.3)];
  const place = (logit) => `${(4 + (92 * (logit - low)) / (high - low)).toFixed(2)}%`;
  return state.outcomes.map((outcome, index) => {
    const name = outcomeName(outcome);
    const from = state.logits[index];
    const track = shape("svg", { class: "logit-track", role: "img", aria: { label: Number.isFinite(from)
      ? t("logit of {outcome}: {logit}; a step takes it to {target}", { outcome: name, logit: fixed(from), target: fixed(targets[index]) }) : t("logit of {outcome}: −∞", { outcome: name }) } },
      shape("line", { class: "axis", x1: "4%", x2: "96%", y1: 12, y2: 12 }), shape("line", { class: "axis", x1: place(0), x2: place(0), y1: 6, y2: 18 }), ...(Number.isFinite(from) ? arrow(place, from, targets[index]) : []));
    const row = element("div", { class: state.hovered === index ? "logit-row hovered" : "logit-row", role: "row" },
      element("bdi", { class: "mono logit-name", role: "cell", text: name, title: name }), element("span", { role: "cell", class: "logit-cell" }, track, element("span", { class: "mono logit-value", text: fixed(from) })),
      element("span", { class: "mono number gradient", role: "cell", text: fixed(gradient[index], 6) }),
      element("span", { class: "mono number", role: "cell", text: check ? fixed(check.gradient[index], 6) : "…" }));
    row.addEventListener("pointerenter", () => store.set({ hovered: index }));
    row.addEventListener("pointerleave", () => store.set({ hovered: null }));
    return row;
  });
}

function arrow(place, from, to) {
  const parts = [shape("circle", { class: "logit-dot", cx: place(from), cy: 12, r: 5 })];
  if (Math.abs(to - from) < 0.02) return parts;
  const head = shape("svg", { x: place(to), y: 12, overflow: "visible", class: "arrow-head" }, shape("path", { d: to > from ? "M0 0L-9 -5V5Z" : "M0 0L9 -5V5Z" }));
  return [shape("line", { class: "arrow", x1: place(from), x2: place(to), y1: 12, y2: 12 }), ...parts, head];
}

/** The page's numbers beside those of autograd. */
function checkWords(check, problem, loss, gradient) {
  if (!check) return problem || t("Autograd computes the same on the server …");
  const gap = Math.max(Math.abs(check.loss - loss), ...gradient.map((value, index) => Math.abs(value - check.gradient[index])));
  const words = { by: check.by, loss: fixed(check.loss, 6), here: fixed(loss, 6), gap: tiny(gap) };
  return gap < 1e-9 ? t("✓ {by} differentiated the loss by itself just now: loss {loss}, here {here}; the largest difference of all these numbers is {gap}.", words)
    : t("≠ {by} differentiated the loss by itself just now: loss {loss}, here {here}; the largest difference of all these numbers is {gap}.", words);
}

/** 2.2 × 10⁻¹⁶; 0 stays 0. */
export function tiny(value) {
  if (value === 0 || value >= 0.01) return number(value);
  const [digits, power] = value.toExponential(1).split("e");
  return `${digits} × 10${[...power].map((sign) => (sign === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[sign])).join("")}`;
}

function drawTrail(trail, steps) {
  trail.classList.toggle("empty", steps.length < 2);
  if (steps.length < 2) { trail.replaceChildren(); return; }
  const [low, high] = [Math.min(0, ...steps), Math.max(...steps)];
  const points = steps.map((loss, index) => `${((200 * index) / (steps.length - 1)).toFixed(1)},${(45 - (42 * (loss - low)) / (high - low || 1)).toFixed(1)}`).join(" ");
  trail.replaceChildren(shape("polyline", { points, class: "trail-line", "vector-effect": "non-scaling-stroke" }));
}

function toldOf({ steps, smoothing }, p, q, gradient) {
  const largest = Math.max(...gradient.map(Math.abs));
  if (steps.length < 2) return largest < STILL ? t("The guess is the truth: every arrow has length 0, and there is nothing to learn.") : t("Take a step: the logits follow their arrows, and the loss goes down.");
  const words = { count: steps.length - 1, first: fixed(steps[0], 3), before: fixed(steps.at(-2), 3), now: fixed(steps.at(-1), 3) };
  if (steps.at(-1) > steps.at(-2) + 1e-12) return t("This step went too far: the loss rose from {before} to {now}. Make η smaller.", words);
  if (largest < STILL) return t("Steps taken: {count}, from {first} down to {now} nats. The arrows have shrunk to nothing.", words);
  return smoothing > 0 || Math.max(...p) < 1 ? t("Steps taken: {count}, from {first} to {now} nats. It cannot fall below H(p) = {least}.", { ...words, least: fixed(crossEntropy(p, p), 3) })
    : t("Steps taken: {count}, from {first} to {now} nats. The arrows shrink as q comes near p.", words);
}
