/** One film in, the whole linked picture of it out: every view reads one store, and Python hears only what is locked. */
import { animate, element, isTyping } from "../kit/dom.js";
import { createStore } from "../kit/store.js";
import { addPoints, createTimeline, selectStep, TIMELINE_STATE, togglePlay } from "../kit/timeline.js";
import { t } from "../kit/words.js";
import { createAhead } from "./ahead.js";
import { createArithmetic, LAST_STEP } from "./arithmetic.js";
import { createAtlas } from "./atlas.js";
import { createCaption } from "./caption.js";
import { COMBINATIONS, createControls } from "./controls.js";
import { rememberMeasures, warmUp } from "./measures.js";
import { strongestKey } from "./payload.js";
import { createCell } from "./origins.js";
import { createPicture } from "./picture.js";
import { createPlate, maskNote } from "./plate.js";
import { createSentence } from "./sentence.js";
import { createTable } from "./table.js";
import { clearestHead, lockedMap, startOf } from "./view.js";
import { createWhole } from "./whole.js";
import { firstWindow, windowOf, WINDOWS, windowTo } from "./window.js";

const MORPH = 220; // milliseconds from one moment to the next
const LATE = 250; // and after so many, numbers that are still of the head before are pale
const SETTLE = 60; // and before its vectors are asked for: who drags the timeline passes many moments

/** `view` is where to begin; `settings` what a picture before this one was set to; `changed(state)` hears what is locked;
 *  `random` what heads do on random tokens, by step; `others` the runs to compare with, as against.js asks for them. */
export function createExplorer({ film, lastStep, view, settings = {}, vectorsOf, changed, random, others, code, origin }) {
  const measureAt = rememberMeasures(film, random);
  const newest = film.moments.length - 1;
  const there = view.layer > film.first && view.layer <= film.end;
  const start = startOf(film, there ? view : { ...view, ...clearestHead(film, newest, measureAt) });
  const store = createStore({
    ...TIMELINE_STATE, points: film.moments.slice(), selected: newest, lastStep, time: newest,
    ...start, key: strongestKey(film, newest, start.locked, start.query),
    hovered: null, isolated: false, named: null, hoveredQuery: null, hoveredKey: null,
    scale: "linear", hideSink: false, combine: COMBINATIONS.includes(view.combine) ? view.combine || null : null, ...settings,
    against: null, againstName: null, measured: 0, windowSize: firstWindow(film.size), windowFrom: 0, palette: null, width: 0, vectors: "waiting",
    arithmeticStep: LAST_STEP, arithmeticPart: 1, arithmeticPlaying: false, stage: 0, stagePart: 1, stagePlaying: false,
  }, { name: "attention" });
  store.set({ windowFrom: windowTo(film, store.state, start.query) });
  const shared = {
    measureAt, changed, others, code, origin, wanted: view.against ?? "",
    hiddenKeyOf: (head) => measureAt(store.state.selected, head).sink.key,
    lock(head) {
      const { query, selected } = store.state;
      store.set({ locked: head, hovered: null, key: query === null ? null : strongestKey(film, selected, lockedMap({ ...store.state, locked: head }), query) });
      changed(store.state);
    },
    lockQuery(query, key = null) {
      const { selected } = store.state;
      store.set({ query, key: key ?? strongestKey(film, selected, lockedMap(store.state), query), windowFrom: windowTo(film, store.state, query) });
      changed(store.state);
    },
  };
  const cell = createCell(film, store, shared);
  const picture = createPicture(film, store, { ...shared, askCell: cell.ask, plate: createPlate(film, store, shared) });
  const atlas = createAtlas(film, store, shared);
  const arithmetic = createArithmetic(film, store, shared);
  const whole = createWhole(film, store, shared);
  const timeline = createTimeline(store);
  const node = element("div", { class: "explorer" },
    ...createAhead(film, store), createSentence(film, store, shared),
    element("div", { class: "stage" },
      element("div", { class: "main" }, picture.frame, picture.outside, cell.line, element("p", { class: "note", text: `${maskNote(film)} ${t("Arrow keys move the cell; with Shift they change layer and head. Enter says where the number of the cell comes from.")}` })),
      createCaption(film, store, shared, picture.describe),
      element("div", { class: "side" }, atlas.grid, createControls(film, store, shared))),
    arithmetic.panel, whole.panel, createTable(film, store, shared), timeline.bar);

  const stopWarming = warmUp(film, measureAt);
  const stopMorph = followTime(store);
  const stopVectors = followVectors(film, store, vectorsOf, random);
  const stopStale = markStale(store, [arithmetic.panel, whole.panel]);
  store.watch(["selected", "follows", "playing"], (state) => { if (!state.playing) changed(state, { soon: true }); });
  const stopRandom = random?.listen(() => store.set({ measured: store.state.measured + 1 }));
  const pressKey = (event) => answerKey(event, film, store);
  document.addEventListener("keydown", pressKey);
  store.redrawAll();

  return {
    node, store, film,
    add(moments, end) {
      addPoints(store, moments);
      store.set({ lastStep: end });
    },
    goTo: (step) => selectStep(store, step),
    dispose() {
      document.removeEventListener("keydown", pressKey);
      stopWarming();
      stopMorph();
      stopVectors();
      stopStale();
      stopRandom?.();
      timeline.dispose();
      arithmetic.dispose();
      whole.dispose();
      store.stop();
      node.remove();
    },
  };
}

/** The pictures move to the selected moment; numbers at rest are stored ones. */
function followTime(store) {
  let stop = () => {};
  store.watch(["selected"], ({ selected, time }) => {
    stop();
    if (selected === time) return;
    stop = animate(MORPH, (part) => {
      const eased = 1 - (1 - part) ** 3;
      store.set({ time: part < 1 ? time + (selected - time) * eased : selected });
    });
  });
  return () => stop();
}

/** q and k of the locked head at the selected moment: "waiting", then the numbers, or null where none were kept. */
function followVectors(film, store, vectorsOf, random) {
  let timer = 0;
  let asked = 0;
  let question = 0;
  store.watch(["locked", "selected"], ({ locked, selected }) => {
    clearTimeout(timer);
    const mine = (question += 1);
    const moment = film.moments[selected];
    clearTimeout(asked);
    if (random && !store.state.playing) asked = setTimeout(() => random.ask(moment.step), 5 * SETTLE);
    if (!moment.vectors) { store.set({ vectors: null }); return; }
    store.set({ vectors: "waiting" });
    const answer = (vectors) => { if (mine === question) store.set({ vectors }); };
    timer = setTimeout(() => vectorsOf({ step: moment.step, ...locked }).then(answer, () => answer(null)), SETTLE);
  });
  return () => { clearTimeout(timer); clearTimeout(asked); question += 1; };
}

/** The numbers of the head before stay where they are until those of the new one are here, so that nothing jumps. */
function markStale(store, panels) {
  let timer = 0;
  const mark = (stale) => panels.forEach((panel) => { panel.classList.toggle("stale", stale); panel.setAttribute("aria-busy", String(stale)); });
  store.watch(["vectors"], ({ vectors }) => {
    clearTimeout(timer);
    if (vectors === "waiting") timer = setTimeout(() => mark(true), LATE);
    else mark(false);
  });
  return () => clearTimeout(timer);
}

/** Space plays wherever no field or button has use for it; Escape lets go of everything. */
function answerKey(event, film, store) {
  if (event.defaultPrevented || isTyping(event)) return;
  if (event.key === "Escape") {
    store.set({ isolated: false, named: null, hovered: null, query: null, key: null, hoveredQuery: null, hoveredKey: null });
  } else if ((event.key === "+" || event.key === "-") && film.size > WINDOWS[1] && !event.ctrlKey && !event.metaKey) {
    zoom(film, store, event.key === "+");
  } else if (event.key === " " && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const target = event.composedPath()[0];
    const busy = target instanceof Element && target.closest("button:not(.chip):not(.head), a, summary, [role=button], [role=combobox], [role=switch]");
    if (busy || store.state.points.length < 2) return;
    event.preventDefault();
    togglePlay(store);
  }
}

/** Fewer tokens or more in the large picture, around where it was. */
function zoom(film, store, closer) {
  const sizes = [...WINDOWS.filter((size) => size < film.size), null];
  const at = sizes.indexOf(store.state.windowSize);
  const windowSize = sizes[Math.max(0, Math.min(sizes.length - 1, at + (closer ? -1 : 1)))];
  const before = windowOf(film, store.state);
  const middle = store.state.query ?? before.from + before.size / 2;
  store.set({ windowSize, windowFrom: Math.max(0, Math.round(middle - (windowSize ?? film.size) / 2)) });
}
