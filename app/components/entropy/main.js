/** The section "Two distributions": cross-entropy by hand, and at real choices of a run. One store holds its state. */
import { apiAddress } from "../kit/address.js";
import { createAsking, fetchAnswer } from "../kit/ask.js";
import { createNumbers } from "../inside/numbers.js";
import { element, setText } from "../kit/dom.js";
import { live, mountForRun } from "../kit/mount.js";
import { createStore } from "../kit/store.js";
import { readPalette } from "../kit/theme.js";
import { t } from "../kit/words.js";
import { MODELS, createAccuracy } from "./accuracy.js";
import { areaKey, createArea } from "./area.js";
import { createBars } from "./bars.js";
import { caption } from "./captions.js";
import { createChoice, stateOf } from "./choice.js";
import { createControls } from "./controls.js";
import { createDescent, questionOf } from "./descent.js";
import { createEquation } from "./equation.js";
import { distributions, logitsOf } from "./maths.js";
import { createTable } from "./table.js";
import { OFFERED, UNITS } from "./units.js";

const START = { truth: [0.5, 0.25, 0.2, 0.05], q: [0.25, 0.25, 0.25, 0.25], outcomes: ["e", "a", "i", "o"] };
const SETTLED = 200; // milliseconds of rest before autograd is asked
const TELL_AFTER = 400;

export default mountForRun(start);

function start(root, data, setState) {
  const given = UNITS[data.unit ?? 0];
  const store = createStore({
    truth: START.truth, smoothing: 0, logits: logitsOf(START.q), temperature: 1, outcomes: START.outcomes, unit: OFFERED.includes(given) ? given : "nats",
    hovered: null, steps: [], size: 1, check: null, problem: "", choice: null, ...MODELS, palette: readPalette(root), width: 0,
  }, { name: "entropy" });
  let wanted = { p: shares(data.p), q: shares(data.q) }; // of the address, until they fit what is in view
  const notice = element("p", { class: "notice", role: "status", hidden: true });
  const controls = createControls(store, { onChoice: () => choices.ask((store.state.choice?.place ?? -1) + 1) });
  const origin = createNumbers({ base: data.base, run: () => data.run, palette: () => readPalette(root) });
  store.watch(["choice"], origin.close); // that number is no longer in view
  root.classList.add("quiet");
  const descent = createDescent(store);
  const said = element("p", { class: "caption", aria: { live: "polite" } });
  store.watch(["truth", "smoothing", "logits", "temperature", "outcomes", "unit"], (state) => setText(said, caption(state)));
  const bars = element("section", { class: "panel", aria: { label: t("Two distributions over the same outcomes") } },
    element("div", { class: "panel-heading" }, element("h2", { text: t("Two distributions over the same outcomes") }),
      element("span", { class: "unit", text: t("drag the bars, or use the arrow keys; the others make room") }), element("span", { class: "spacer" }), controls.unit),
    controls.presets, createChoice(store, origin), element("div", { class: "hands" }, createBars(store, origin), controls.sliders));
  const areas = element("div", { class: "areas panel" }, areaKey(),
    createArea(store, { title: "H(p, q)", note: t("p is the truth, q the guess"), roles: ({ p, q }) => ({ truth: p, guess: q, names: { truth: "p", guess: "q" } }) }),
    createArea(store, { title: "H(q, p)", note: t("swapped: q is the truth, p the guess"), roles: ({ p, q }) => ({ truth: q, guess: p, names: { truth: "q", guess: "p" } }) }));
  root.replaceChildren(notice, bars, areas, said, createEquation(store), descent.panel, createAccuracy(store), createTable(store), ...origin.foot);

  const choices = createAsking({
    send: (place, signal) => fetchAnswer(apiAddress(data.base, "loss/ask/choice", { run: data.run, place }), { cache: "no-store", signal }),
    waiting: (busy) => controls.choice.classList.toggle("busy", busy),
    failed(sentence) { setText(notice, sentence); notice.hidden = false; },
    answered(choice) { notice.hidden = true; store.set(stateOf(choice)); useWanted(); },
  });
  const checks = createAsking({
    pause: () => SETTLED,
    send: (question, signal) => fetchAnswer(apiAddress(data.base, "loss/ask/gradient", question), { cache: "no-store", signal }),
    failed: (problem) => store.set({ check: null, problem }),
    answered: (check, question) => store.set({ check: { ...check, question }, problem: "" }),
  });
  store.watch(["truth", "smoothing", "logits", "temperature"], (state) => { if (state.logits.every(Number.isFinite)) checks.ask(questionOf(state)); });

  /** What the address says of p and q, where it is of as many outcomes as there are. */
  function useWanted() {
    const { p, q } = wanted;
    wanted = {};
    const fits = (list) => list?.length === store.state.truth.length;
    if (fits(p)) store.set({ truth: p, smoothing: 0 });
    if (fits(q)) store.set({ logits: logitsOf(q, store.state.temperature) });
  }
  if (data.place === null || data.place === undefined) useWanted();
  else choices.ask(data.place);

  remember(store, (view) => setState("view", { run: data.run, ...view }));
  return live(root, store, { run: data.run, stops: [origin.stop, () => root.classList.remove("quiet"), choices.dispose, checks.dispose, descent.dispose] });
}

/** "0.5,0.25,0.25" -> shares that add up to 1, or null. */
function shares(text) {
  const list = (text || "").split(",").map(Number);
  const sum = list.reduce((all, share) => all + share, 0);
  return list.length > 1 && list.every((share) => share >= 0) && sum > 0 ? list.map((share) => share / sum) : null;
}

/** What is in view goes into the address, a moment after the last move. */
function remember(store, tell) {
  const written = (list) => list.map((share) => Number(share.toFixed(4))).join(",");
  let timer = 0;
  let told = null;
  store.watch(["truth", "smoothing", "logits", "temperature", "choice", "unit"], (state) => {
    const { p, q } = distributions(state);
    const view = { place: state.choice?.place ?? null, unit: UNITS.indexOf(state.unit) || null, p: written(p), q: written(q) };
    const key = JSON.stringify(view);
    told ??= key; // the page as it opens is no choice of the reader's
    clearTimeout(timer);
    timer = setTimeout(() => { if (key !== told) { told = key; tell(view); } }, TELL_AFTER);
  });
}
