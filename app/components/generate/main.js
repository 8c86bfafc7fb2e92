/** The sampling microscope: what was explored as a tree, one branch of it in view, and views that redraw only when what
 *  they read has changed. */
import { createNumbers } from "../inside/numbers.js";
import { mount } from "../kit/mount.js";
import { createStore } from "../kit/store.js";
import { readPalette } from "../kit/theme.js";
import { createActions, listenToKeys, runClock } from "./actions.js";
import { askForMarks, MARKS_STATE } from "./marks.js";
import { createModels } from "./models.js";
import { createParts, drawParts, layOut } from "./views.js";
import { createWriter } from "./writer.js";

const SETTLED = 400; // milliseconds without a change before the address takes the view
const LARGE = 1.35;

/** What each run's tree was when its page was left in this tab: it is there again when one comes back. */
const left = new Map();

const initialState = (root, { base }) => ({
  run: "", base, writing: null, settings: null, seed: 0, choice: 0, colouring: "probability", layer: Infinity, hovered: null,
  locked: null, rolls: [], rollSeed: 0, at: null, playing: false, speed: 2, opened: false, busy: false, problem: "", waking: null,
  end: null, standing: null, ...MARKS_STATE, scale: 1, palette: readPalette(root),
});

function build(root, { data, setState }) {
  const store = createStore(initialState(root, data), { name: "generate" });
  const writer = createWriter(store, data.base);
  const actions = createActions(store, writer);
  const origin = createNumbers({ base: data.base, run: () => store.state.run, palette: () => readPalette(root) });
  const parts = createParts(store, actions, origin);
  const models = createModels({ onChoose: (step) => { store.set({ at: step }); parts.prompt.submit(); }, isBusy: () => store.state.busy });
  root.append(layOut(parts, models.node));
  drawParts(store, parts);
  const view = keepAddress(store, parts, setState);
  store.watch(["writing", "choice", "settings"], origin.close); // that number is no longer in view
  const stops = [origin.stop, runClock(store, actions), view, askForMarks(store, data.base), listenToKeys(store, actions), parts.line.stop, parts.branches.stop, models.stop, writer.cancel, store.stop];
  let shown = null;

  /** New data from Python: another run, another size. Whatever the picture told Python itself is here already. */
  function update(next) {
    store.set({ scale: next.large ? LARGE : 1, palette: readPalette(root), standing: next.standing });
    models.update({ ...next.models, runId: next.run, base: next.base, step: store.state.writing?.step ?? next.models.kept.at(-1), at: shown === next.run ? store.state.at : next.models.at });
    parts.marked.offer({ run: next.run, kept: next.models.kept, runs: next.runs });
    if (shown === next.run) return;
    keep();
    shown = next.run;
    const before = left.get(next.run);
    const { seed, ...settings } = next.sampling;
    store.set({ run: next.run, at: next.models.at, settings, seed, waking: next.waking, writing: null, ...MARKS_STATE, ...before });
    parts.prompt.fill(before?.draft ?? { ...next.draft, seed, stops: next.stops, opening: next.opening });
    if (before) writer.resume(before.draft);
    else writer.write(parts.prompt.draft(), { choice: next.choice });
  }

  function keep() {
    const { writing, choice, settings, seed, at, colouring, layer, end } = store.state;
    if (shown !== null && writing) left.set(shown, { writing, choice, settings, seed, at, colouring, layer, end, draft: parts.prompt.draft() });
  }

  update(data);
  return {
    update,
    themeChanged: () => store.set({ palette: readPalette(root) }),
    dispose() {
      keep();
      stops.forEach((stop) => stop());
    },
  };
}

/** Tell Python the view once it rests, so that its address opens exactly this picture. Returns its stop. */
function keepAddress(store, parts, setState) {
  let timer = 0;
  let told = null;
  store.watch(["settings", "choice", "playing", "busy", "writing", "at"], ({ run, writing, settings, choice, playing, busy, at, seed }) => {
    clearTimeout(timer);
    if (!writing || playing || busy) return;
    const { prompt, opening, count, stops } = parts.prompt.draft();
    const view = { run, ...settings, seed, choice, at, count, stops: stops.join(" "), prompt: prompt === opening ? "" : prompt };
    const words = JSON.stringify(view);
    told ??= words; // as the page opened: its address says so already, or needs no word
    timer = setTimeout(() => {
      if (told !== words) setState("view", view);
      told = words;
    }, SETTLED);
  });
  return () => clearTimeout(timer);
}

export default mount(build);
