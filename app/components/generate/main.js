/** The sampling microscope: one writing, one store, and views that redraw only when what they read has changed. */
import { element, isTyping, prefersReducedMotion, setText } from "../kit/dom.js";
import { fixed } from "../kit/format.js";
import { mount } from "../kit/mount.js";
import { createStore } from "../kit/store.js";
import { readPalette } from "../kit/theme.js";
import { t } from "../kit/words.js";
import { createCandidates } from "./candidates.js";
import { createChips } from "./chips.js";
import { createLooking } from "./looking.js";
import { createNumberLine } from "./numberline.js";
import { createClock, createPlayback } from "./playback.js";
import { createPrompt } from "./prompt.js";
import { createReroll, ROLLS } from "./reroll.js";
import { ranked, readStep, sameSampling, seededDraws } from "./sampling.js";
import { createSettings } from "./settings.js";
import { createValues } from "./values.js";
import { captionOf, changesOf, verdictOf } from "./wording.js";

const SETTLED = 400; // milliseconds without a change before the address takes the view
const SHOWN_PAST = 96; // tokens of attention that are drawn

/** What Python sent, ready to work with: rankings made once, and how the text was written. */
function open(writing) {
  const steps = writing.steps.map((step) => ({ ...step, ranking: ranked(step), tail: step.tail && { ...step.tail, temperatures: writing.temperatures } }));
  const { temperature, top_k: topK, top_p: topP } = writing.sampling;
  const sampling = { temperature, topK, topP };
  return { ...writing, steps, sampling, sent: writing.steps[0].logits.length, written: steps.map((step) => readWritten(step, sampling)) };
}

/** A step as it was written. A token that is not among those sent keeps its name; its slice is that of the others. */
function readWritten(step, sampling) {
  const read = readStep(step, sampling);
  if (read.chosen.id === step.id) return read;
  return { ...read, chosen: { ...read.chosen, ...read.candidates.find(({ id }) => id === step.id), probability: step.probability, id: step.id } };
}

/** Everything that follows from the writing under the settings; made anew only when one of them changed. */
function reader() {
  let key = [];
  let result = null;
  return ({ writing, settings }) => {
    if (key[0] === writing && key[1] === settings) return result;
    const asWritten = sameSampling(settings, writing.sampling);
    const present = asWritten ? writing.written : writing.steps.map((step) => readStep(step, settings));
    const changed = new Set(present.flatMap(({ chosen }, index) => (chosen.id === writing.written[index].chosen.id ? [] : [index])));
    key = [writing, settings];
    result = { asWritten, present, changed, entropies: present.map(({ entropy }) => entropy) };
    return result;
  };
}

function build(root, { data, setState, trigger }) {
  const store = createStore({
    writing: null, settings: null, choice: 0, colouring: "probability", layer: 0, hovered: null, locked: null, speed: 2, playing: false,
    rolls: [], rollSeed: 0, busy: false, problem: "", notes: [], palette: readPalette(root), scale: 1,
  }, { name: "generate" });
  const { state, set } = store;
  const read = reader();
  let asked = 0;
  let settledTimer = 0;

  const lastChoice = () => state.writing.steps.length - 1;
  const seek = (choice, { byHand = true } = {}) => {
    const next = Math.min(Math.max(choice, 0), lastChoice());
    if (byHand) set({ playing: false });
    if (next === state.choice) return;
    const forward = next === state.choice + 1;
    set({ choice: next, hovered: null, locked: null, rolls: [] });
    line.drop();
    if (forward) chips.arrive(next);
  };
  const play = () => {
    if (!state.writing) return;
    if (!state.playing && state.choice === lastChoice()) seek(0);
    set({ playing: !state.playing });
  };
  const clock = createClock(() => {
    if (state.choice === lastChoice()) set({ playing: false });
    else seek(state.choice + 1, { byHand: false });
  });
  const hover = (id) => set({ hovered: id });
  const lock = (id, keep = false) => set({ locked: !keep && id === state.locked ? null : id });
  const write = (draft) => {
    asked += 1;
    set({ busy: true, problem: "" });
    const { temperature, topK, topP } = state.settings;
    trigger("write", { ...draft, temperature, top_k: topK, top_p: topP, asked: `${Date.now()}-${asked}` });
  };

  const prompt = createPrompt({ onWrite: write });
  const chips = createChips({ onSeek: seek, onColouring: (colouring) => set({ colouring }) });
  const line = createNumberLine({ onHover: hover, onLock: lock });
  const candidates = createCandidates({ onHover: hover, onLock: lock });
  const settings = createSettings({
    onChange: (key, value) => set({ settings: { ...state.settings, [key]: value } }),
    onSettled: () => {},
    onReset: () => set({ settings: { ...state.writing.sampling } }),
    onWrite: () => prompt.submit(),
  });
  const reroll = createReroll({ onRoll: () => set({ rolls: seededDraws(state.rollSeed + 1, ROLLS), rollSeed: state.rollSeed + 1 }) });
  const looking = createLooking({ onLayer: (layer) => set({ layer }) });
  const playback = createPlayback({ onSeek: seek, onMove: (shift) => seek(state.choice + shift), onPlay: play, onSpeed: (speed) => set({ speed }) });
  const values = createValues({ onOpen: () => set({ opened: Date.now() }) });
  const title = element("h2");
  const caption = element("p", { class: "caption" });
  const spoken = element("div", { class: "visually-hidden", role: "status" });
  const scope = element("section", { class: "panel scope", aria: { label: t("The choice") } },
    element("div", { class: "panel-heading" }, title, element("span", { class: "spacer" }), element("span", { class: "note hint", text: t("hover to trace a candidate, click to hold it") })),
    line.node, caption);
  const bench = element("div", { class: "bench" }, chips.node,
    element("div", { class: "columns" }, scope, element("div", { class: "side" }, settings.node, reroll.node), candidates.node),
    looking.node, values.node, playback.node);
  root.append(element("div", { class: "generate" }, prompt.node, bench, spoken));

  /** What the views share: this choice as written and as set now. */
  function view() {
    const { writing, choice, hovered, locked } = state;
    const { asWritten, present, changed, entropies } = read(state);
    const step = writing.steps[choice];
    const [then, now] = [writing.written[choice], present[choice]];
    return {
      writing, step, then, now, asWritten, changed, entropies, texts: writing.texts, settings: state.settings, choice,
      draw: step.u, focusId: hovered ?? locked, lockedId: locked, scale: state.scale, palette: state.palette,
      sentence: captionOf({ now, draw: step.u, texts: writing.texts, settings: state.settings, asWritten }),
    };
  }

  const watch = (reads, draw) => store.watch([...reads, "writing"], (...given) => { if (state.writing) draw(...given); });
  store.watch(["busy", "problem", "notes", "writing"], ({ busy, problem, notes, writing }) => {
    prompt.update({ busy, problem, notes, unit: writing?.unit ?? "token" });
    bench.hidden = !writing;
  });
  watch([], ({ writing }) => [chips, candidates, settings, looking, playback].forEach((part) => part.rebuild(writing)));
  watch(["settings", "choice", "colouring", "palette"], () => {
    const { changed, choice, palette, writing } = view();
    chips.update({ written: writing.written, choice, colouring: state.colouring, palette, changed });
  });
  watch(["settings", "choice", "hovered", "locked", "rolls", "scale"], () => {
    const now = view();
    setText(title, now.writing.unit === "character"
      ? t("Choice {number}: one number, one slice, one character", { number: now.choice + 1 })
      : t("Choice {number}: one number, one slice, one token", { number: now.choice + 1 }));
    line.update({ ...now, rolls: state.rolls, description: now.sentence, labels: lineLabels(now) });
    candidates.update(now);
    setText(caption, now.sentence);
  });
  watch(["settings", "choice", "busy"], () => {
    const now = view();
    settings.update({
      settings: now.settings, bits: now.now.entropy, asWritten: now.asWritten, differs: now.then.chosen.id !== now.now.chosen.id, busy: state.busy,
      verdictWords: verdictOf(now), changesWords: changesOf({ asWritten: now.asWritten, changed: now.changed.size, count: now.writing.steps.length }),
    });
  });
  watch(["settings", "choice", "rolls", "opened"], () => {
    const { now, texts } = view();
    reroll.update({ candidates: now.candidates, rolls: state.rolls, texts });
    values.update({ candidates: now.candidates, texts });
  });
  watch(["choice", "layer", "palette", "scale"], () => {
    const { writing, step, choice, palette, scale } = view();
    const layer = Math.min(state.layer, writing.layers - 1);
    const weights = step.attention[layer].slice(-SHOWN_PAST);
    const text = [...writing.prompt, ...writing.steps.slice(0, choice).map(({ id }) => writing.texts[id])];
    const shown = Math.min(weights.length, text.length);
    looking.update({
      weights: weights.slice(-shown), tokens: text.slice(-shown), layer, palette, scale, chosen: writing.texts[step.id], monospaced: writing.unit === "character",
    });
  });
  watch(["settings", "choice", "playing", "speed"], () => {
    const { entropies, choice, writing, step } = view();
    playback.update({ choice, playing: state.playing, speed: state.speed, entropies, chosen: writing.texts[step.id] });
  });
  store.watch(["playing", "speed"], ({ playing, speed }) => {
    clock.pace(speed);
    if (playing) clock.start();
    else clock.stop();
  });
  // While it plays, a spoken sentence per choice would only pile up, and the address would never rest.
  watch(["settings", "choice", "playing"], () => {
    if (state.playing) return;
    setText(spoken, view().sentence);
    clearTimeout(settledTimer);
    settledTimer = setTimeout(remember, SETTLED);
  });
  let remembered = "";
  function remember() {
    const { temperature, topK, topP } = state.settings;
    const now = { temperature, top_k: topK, top_p: topP, seed: state.writing.sampling.seed, choice: state.choice };
    if (remembered && remembered !== JSON.stringify(now)) setState("view", now);
    remembered = JSON.stringify(now);
  }

  const onKey = (event) => {
    const target = event.composedPath()[0];
    const slides = target instanceof HTMLInputElement && target.type === "range";
    if (event.altKey || event.ctrlKey || event.metaKey || event.defaultPrevented || !state.writing) return;
    if (isTyping(event) && !(slides && event.key === " ")) return;
    if (event.key === " " && target.closest?.("button, summary, a, [role=button], [role=tab], [role=radio]")) return;
    const actions = {
      " ": play, ArrowLeft: () => seek(state.choice - 1), ArrowRight: () => seek(state.choice + 1), Escape: () => set({ locked: null, hovered: null }),
    };
    if (!actions[event.key]) return;
    event.preventDefault();
    actions[event.key]();
  };
  document.addEventListener("keydown", onKey);

  function update(next) {
    const fresh = next.writing && next.writing.key !== state.writing?.key;
    const answered = next.answered !== data.answered;
    data = next;
    set({ busy: state.busy && !answered, problem: next.problem, notes: next.notes, scale: next.large ? 1.35 : 1, palette: readPalette(root) });
    if (!fresh) return;
    const first = !state.writing;
    const writing = open(next.writing);
    const view = next.view ?? {};
    set({
      writing, settings: first && view.settings ? { ...writing.sampling, ...view.settings } : { ...writing.sampling }, rolls: [], hovered: null, locked: null,
      choice: first ? Math.min(view.choice ?? next.writing.start, writing.steps.length - 1) : prefersReducedMotion() ? writing.steps.length - 1 : 0,
      layer: first ? writing.layers - 1 : Math.min(state.layer, writing.layers - 1), playing: !first && !prefersReducedMotion(),
    });
    if (first || !answered) prompt.fill(next.draft);
  }
  prompt.fill(data.draft);
  update(data);
  if (!state.writing) store.redrawAll();

  return {
    update,
    themeChanged: () => set({ palette: readPalette(root) }),
    dispose() {
      clock.stop();
      clearTimeout(settledTimer);
      line.stop();
      store.stop();
      document.removeEventListener("keydown", onKey);
    },
  };
}

function lineLabels({ writing, settings, asWritten }) {
  const temperature = (value) => `T ${fixed(value)}`;
  return [
    [t("as written"), temperature(writing.sampling.temperature)],
    [t("as set now"), asWritten ? t("the same") : temperature(settings.temperature)],
  ];
}

export default mount(build);
