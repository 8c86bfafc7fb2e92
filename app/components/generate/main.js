/** The sampling microscope: one writing, one store, and views that redraw only when what they read has changed. */
import { prefersReducedMotion } from "../kit/dom.js";
import { mount } from "../kit/mount.js";
import { createStore } from "../kit/store.js";
import { readPalette } from "../kit/theme.js";
import { createActions, listenToKeys, runClock } from "./actions.js";
import { createModels } from "./models.js";
import { createParts, drawParts, layOut } from "./views.js";
import { openWriting } from "./writing.js";

const SETTLED = 400; // milliseconds without a change before the address takes the view
const LARGE = 1.35;

const initialState = (root) => ({
  writing: null, settings: null, choice: 0, colouring: "probability", layer: 0, hovered: null, locked: null, rolls: [], rollSeed: 0, at: null,
  playing: false, speed: 2, opened: false, busy: false, problem: "", notes: [], scale: 1, palette: readPalette(root),
});

function build(root, { data, setState }) {
  const store = createStore(initialState(root), { name: "generate" });
  const actions = createActions(store, setState);
  const parts = createParts(store, actions);
  const models = createModels({ onChoose: (step) => { actions.use(step); parts.prompt.submit(); }, isBusy: () => store.state.busy });
  root.append(layOut(parts, models.node));
  drawParts(store, parts);
  const stops = [runClock(store, actions), keepAddress(store, setState), listenToKeys(store, actions), parts.line.stop, models.stop, store.stop];
  let answered = null;

  /** New data from Python: an answer to a wish, another run, another size or language. */
  function update(next) {
    const isAnswer = next.answered !== answered;
    const isNew = Boolean(next.writing) && next.writing.key !== store.state.writing?.key;
    const isFirst = answered === null;
    answered = next.answered;
    store.set({
      busy: store.state.busy && !isAnswer, problem: next.problem, notes: next.notes,
      scale: next.large ? LARGE : 1, palette: readPalette(root),
    });
    actions.use(next.models.at);
    models.update({ ...next.models, base: next.base, step: next.writing.step });
    if (isFirst || (isNew && !isAnswer)) parts.prompt.fill(next.draft);
    if (isNew) store.set(opening(openWriting(next.writing), store.state, isFirst, next.view));
  }
  update(data);
  return {
    update,
    themeChanged: () => store.set({ palette: readPalette(root) }),
    dispose: () => stops.forEach((stop) => stop()),
  };
}

/** Where a writing opens: at the choice of the link or a telling one; a new one is played from its start. */
function opening(writing, state, isFirst, view) {
  const last = writing.steps.length - 1;
  const calm = prefersReducedMotion();
  return {
    writing, settings: { ...writing.sampling }, rolls: [], hovered: null, locked: null,
    layer: isFirst ? writing.layers - 1 : Math.min(state.layer, writing.layers - 1),
    choice: isFirst ? Math.min(view?.choice ?? writing.start, last) : calm ? last : 0,
    playing: !isFirst && !calm,
  };
}

/** Tell Python the view once it rests, so that its address opens exactly this picture. Returns its stop. */
function keepAddress(store, setState) {
  let timer = 0;
  let told = null;
  store.watch(["settings", "choice", "playing", "busy", "writing"], ({ writing, settings, choice, playing, busy }) => {
    clearTimeout(timer);
    if (!writing || playing || busy) return;
    const view = { temperature: settings.temperature, top_k: settings.topK, top_p: settings.topP, seed: writing.seed, choice, at: store.state.at };
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
