/** The Train page's picture: one run, live or stored, in curves, samples and the surprise of its probe sentence. */
import { element, setText } from "../kit/dom.js";
import { mount } from "../kit/mount.js";
import { createStore } from "../kit/store.js";
import { readPalette } from "../kit/theme.js";
import { TIMELINE_STATE, createTimeline, selectStep } from "../kit/timeline.js";
import { t } from "../kit/words.js";
import { createControls } from "./controls.js";
import { createDoctor } from "./doctor.js";
import { createContinue, createProbeForm } from "./forms.js";
import { createInside } from "./inside.js";
import { createLive } from "./live.js";
import { createLossChart } from "./loss_chart.js";
import { createStepFold } from "./one_step_fold.js";
import { createProbe } from "./probe.js";
import { createReplay } from "./replay.js";
import { createRun } from "./run.js";
import { createSample } from "./sample.js";
import { createSmallMultiples } from "./small_multiples.js";
import { createStatusLine } from "./status_line.js";
import { createTable } from "./table.js";

const VIEW_DELAY = 400;

const START = {
  ...TIMELINE_STATE, rowCount: 0, revision: 0, status: null, wish: null, trouble: null, replaying: null, pointsKnown: false,
  stepAxis: "log", zoom: null, brush: null, cursorRow: null, cursorFrom: null, hovered: null, locked: null,
  depth: "story", tableOpen: false, insideOpen: false, palette: null, size: "",
};

export default mount((root, host) => {
  let scene = openRun(root, host.data, host, {});
  return {
    update(data) {
      const { stepAxis } = scene.store.state;
      if (data.run === scene.runId) {
        scene.store.set({ depth: data.depth });
        scene.refresh();
        return;
      }
      scene.dispose();
      scene = openRun(root, { ...data, view: null }, host, { stepAxis }); // the address was about the other run
    },
    themeChanged: () => scene.refresh(),
    dispose: () => scene.dispose(),
  };
});

function openRun(root, data, host, kept) {
  const { run: runId, about } = data;
  const run = createRun();
  const goesOn = about.start ? { firstStep: about.start.step, stepAxis: "linear" } : {};
  const store = createStore({ ...START, ...kept, ...goesOn, lastStep: about.steps, depth: data.depth, palette: readPalette(root) }, { name: "train" });
  const view = rememberView(store, host, runId);
  tellStates(store, host);
  const replay = createReplay(store, run);
  const live = createLive({ base: data.base, runId, store, run, firstPoints: () => restoreView(store, data.view) });
  const wish = (name, value = null) => {
    store.set({ wish: { wish: name, value, at: Date.now(), was: store.state.status?.rate_by_hand ?? null } });
    host.wish("control", { run: runId, wish: name, value });
    live.wake();
  };
  const controls = createControls(store, run, about, { wish, replay, trainOwn: () => host.wish("own", true) });
  const doctor = createDoctor(store, { base: data.base, runId, rerun: (kind) => host.wish("rerun", { run: runId, kind }) });
  const oneStep = createStepFold(store, { base: data.base, runId });
  const timeline = createTimeline(store);
  const inside = createInside(store, run, { base: data.base, runId });
  const probe = createProbe(store, about, { lock: view.lock });
  probe.panel.append(createProbeForm(store, about, (text) => host.wish("again", { run: runId, probe: text })).node);
  const onward = createContinue(store, about, { base: data.base, runId, go: (wished) => host.wish("onward", { run: runId, ...wished }) });
  controls.add(about.counts ? { nodes: [element("p", { class: "note", text: t("It reads its text once, in seconds, so there is nothing to continue: to change something, let it count again, on the page Runs.") })] } : onward);
  const page = element("div", { class: "train" },
    createStatusLine(store, run, about).panel, createFailure(store),
    element("div", { class: "bench" },
      element("div", { class: "bench-main" }, createLossChart(store, run, about).panel, createSmallMultiples(store, run, about).panel, doctor.panel),
      element("aside", { class: "bench-side" }, controls.panel, createSample(store).panel)),
    about.counts ? "" : oneStep.panel,
    probe.panel, about.counts ? "" : inside.panel,
    createTable(store, run).panel);
  root.replaceChildren(page, timeline.bar);

  const measure = () => `${root.clientWidth} × ${devicePixelRatio} × ${root.className}`;
  const refresh = () => store.set({ palette: readPalette(root), size: measure() });
  const sizes = new ResizeObserver(() => { if (measure() !== store.state.size) refresh(); });
  sizes.observe(page);
  store.redrawAll();
  return {
    runId, store, refresh,
    dispose() {
      for (const part of [live, doctor, oneStep, replay, inside, store]) part.stop();
      for (const part of [controls, timeline, view]) part.dispose();
      sizes.disconnect();
    },
  };
}

/** A failed run says what happened; what it measured stays in sight. */
function createFailure(store) {
  const message = element("p");
  const notice = element("div", { class: "notice", role: "alert", hidden: true }, message, element("p", { class: "muted", text: t("What it measured until then stays here. Change its settings and train again.") }));
  store.watch(["status"], ({ status }) => {
    notice.hidden = status?.state !== "failed";
    if (!notice.hidden) setText(message, status.message || t("Training failed."));
  });
  return notice;
}

/** What is locked goes into the address, so that a link opens this moment and this token. */
function rememberView(store, host, runId) {
  let timer = 0;
  let sent = "";
  const send = () => {
    const { follows, points, selected, locked, replaying, playing } = store.state;
    if (replaying || playing) return;
    const view = { run: runId, step: follows ? null : points[selected]?.step ?? null, token: locked };
    if (JSON.stringify(view) !== sent) host.setState("view", view);
    sent = JSON.stringify(view);
  };
  const soon = () => { clearTimeout(timer); timer = setTimeout(send, VIEW_DELAY); };
  store.watch(["selected", "follows", "locked", "playing"], (state) => { if (sent || !state.follows || state.locked !== null) soon(); });
  return { lock: (locked) => store.set({ locked }), dispose: () => clearTimeout(timer) };
}

function restoreView(store, view) {
  if (view?.step !== null && view?.step !== undefined) selectStep(store, view.step);
  const tokens = store.state.points[0]?.tokens.length ?? 0;
  if (view?.token > 0 && view.token < tokens) store.set({ locked: view.token });
}

/** Python names the run's state beside the picture: it draws the page again when that changed. */
function tellStates(store, host) {
  let known = null;
  store.watch(["status"], ({ status }) => {
    if (status && known && status.state !== known) host.setState("state", status.state);
    known = status?.state ?? known;
  });
}
