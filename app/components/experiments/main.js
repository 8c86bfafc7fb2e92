/** The page "What does each part do?": two benches, on which a student trains models side by side. */
import { element, prefersReducedMotion, segmented, setText } from "../kit/dom.js";
import { mount } from "../kit/mount.js";
import { BASELINES } from "../kit/series.js";
import { createStore } from "../kit/store.js";
import { readPalette } from "../kit/theme.js";
import { t } from "../kit/words.js";
import { createChart } from "../runs/chart.js";
import { createFeeds } from "../runs/feeds.js";
import { runColours } from "../runs/marks.js";
import { createNotice } from "../runs/notice.js";
import { AIR, createScene } from "../runs/scene.js";
import { createDifferences, createValues } from "../runs/table.js";
import { createBreakBench } from "./bench_break.js";
import { createTricksBench } from "./bench_tricks.js";
import { BREAKS, OUTCOMES, breakOf } from "./breaks.js";
import { createEarlier } from "./earlier.js";
import { createProgress } from "./progress.js";
import { createMoments, createSamples } from "./samples.js";
import { createSooner } from "./sooner.js";
import { trickOf } from "./tricks.js";
import { createVerdict } from "./verdict.js";

const LABS = ["break", "tricks"];

export default mount((root, host) => {
  const { data } = host;
  const store = createStore({
    rows: data.rows, ...readView(data.view ?? {}, data.rows), size_of_trial: "quick", starting: false, revision: 0, moments: 0, moment: null,
    x: "step", y: "nats", line: "validation", axis: "linear", bands: false, zoom: null, brush: null, cursor: null, hovered: null, trouble: null,
    palette: readPalette(root), runColours: runColours(root), size: "",
  }, { name: "experiments" });
  const [series, samples] = [new Map(), new Map()];
  const chosenScene = createScene(store, series);
  const baselines = () => store.state.chosen.map((id) => series.get(id)?.baselines).find(Boolean) ?? null;
  const scene = () => ({ ...chosenScene(), ...ladderOf(baselines()) });
  const feeds = createFeeds(store, data.base, series);
  const moments = createMoments(store, data.base, samples);

  const ask = (wish) => {
    if (store.state.starting) return;
    store.set({ starting: true });
    host.wish("start", { ...wish, size: store.state.size_of_trial });
  };
  const open = ({ ids, what }) => store.set({ chosen: ids, what: what ?? store.state.what, guess: null, zoom: null, moment: null });
  const breaking = createBreakBench(store, { start: () => ask({ lab: "break", what: store.state.what, guess: store.state.guess, name: breakOf(store.state.what).name }) });
  const tricks = createTricksBench(store, { start: () => ask({ lab: "tricks" }), toggle: (trick, way) => ask({ lab: "trick", trick, way, runs: store.state.chosen, name: trickOf(trick).name }) });
  const anew = element("button", { type: "button", class: "button", on: { click: () => store.set({ chosen: [], guess: null, zoom: null, moment: null }) } });
  const tabs = segmented({ label: t("Experiment"), chosen: store.state.lab, choices: [{ value: "break", text: t("Break it on purpose") }, { value: "tricks", text: t("Ten years of tricks") }], onChoose: (lab) => store.set({ lab, chosen: [], guess: null, zoom: null, moment: null }) });
  tabs.group.classList.add("tabs");
  store.watch(["lab", "chosen"], ({ lab, chosen }) => { // before the chart draws: a hidden canvas has no width
    tabs.show(lab);
    bench.hidden = values.hidden = !chosen.length;
    setText(anew, lab === "break" ? t("Break something else") : t("Begin anew"));
  });
  const values = createValues(store, scene);
  const bench = element("div", { class: "trial-bench" }, createChart(store, scene, { choices: ["line", "x", "axis"] }), element("div", { class: "trial-side" }, breaking.about, createProgress(store, scene, data.base), anew));
  root.replaceChildren(tabs.group, createNotice(store), breaking.choosing, tricks.begin, bench, createVerdict(store, () => breakContext(store, scene, series, samples, baselines)),
    createSooner(store, scene, series), tricks.table, createSamples(store, scene, samples), createDifferences(store, scene, data.help ?? {}), values, createEarlier(store, open));

  store.watch(["rows", "chosen"], ({ rows, chosen }) => {
    const there = chosen.filter((id) => rows.some((row) => row.id === id));
    if (there.length !== chosen.length) store.set({ chosen: there });
    feeds.choose(there);
  });
  let told = viewText(store.state);
  store.watch(["lab", "chosen", "what", "guess"], (state) => {
    if (viewText(state) === told || state.starting) return;
    told = viewText(state);
    host.setState("view", JSON.parse(told));
  });
  let opened = data.opened?.turn ?? 0;
  const refresh = () => store.set({ palette: readPalette(root), runColours: runColours(root), size: `${root.clientWidth} × ${devicePixelRatio} × ${root.className}` });
  const sizes = new ResizeObserver(refresh);
  sizes.observe(root);
  store.redrawAll();
  return {
    update(next) {
      store.set({ rows: next.rows });
      if (next.opened && next.opened.turn !== opened) {
        opened = next.opened.turn;
        store.set({ starting: false, ...(next.opened.view ? { ...readView(next.opened.view, next.rows), zoom: null, moment: null } : {}) });
        if (next.opened.view) requestAnimationFrame(() => bench.scrollIntoView({ block: "nearest", behavior: prefersReducedMotion() ? "auto" : "smooth" }));
      }
      requestAnimationFrame(refresh);
    },
    themeChanged: refresh,
    dispose() {
      sizes.disconnect();
      feeds.stop();
      moments.stop();
      store.stop();
    },
  };
});

/** What a link asks for; runs that are not there are left out. */
function readView({ lab, trial, part, guess }, rows) {
  const ids = (trial ?? "").split(",").filter((id) => rows.some((row) => row.id === id));
  return { lab: LABS.includes(lab) ? lab : LABS[0], chosen: [...new Set(ids)], what: BREAKS.includes(part) ? part : BREAKS[0], guess: OUTCOMES.includes(guess) ? guess : null };
}

const viewText = ({ lab, chosen, what, guess }) => JSON.stringify({
  lab: lab === LABS[0] ? null : lab, trial: chosen.join(",") || null, part: lab === "break" && what !== BREAKS[0] ? what : null, guess: lab === "break" && chosen.length ? guess : null,
});

/** The rungs that every run of an experiment climbs: they learn from the same text. */
function ladderOf(baselines) {
  if (!baselines) return {};
  const rungs = BASELINES.filter((name) => Number.isFinite(baselines[name])).map((name) => ({ name, value: baselines[name] }));
  return { rungs, ceiling: Number.isFinite(baselines.uniform) ? AIR * baselines.uniform : Infinity };
}

/** The two runs of a break, and what the broken one wrote last; null where there are no two. */
function breakContext({ state }, scene, series, samples, baselines) {
  const [whole, broken] = scene().entries;
  if (state.lab !== "break" || !whole || !broken) return null;
  return { what: state.what, whole, broken, baselines: baselines(), sample: samples.get(broken.id)?.at(-1)?.sample ?? "", message: series.get(broken.id)?.message ?? "" };
}
