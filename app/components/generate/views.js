/** All views of the page, and which part of the state each of them reads. */
import { element, setText } from "../kit/dom.js";
import { fixed } from "../kit/format.js";
import { language, t } from "../kit/words.js";
import { withNumbers } from "../inside/asked.js";
import { asked, figure } from "../inside/numbers.js";
import { createBranches } from "./branches.js";
import { createCandidates } from "./candidates.js";
import { createChips } from "./chips.js";
import { createLooking } from "./looking.js";
import { createMarked } from "./marked.js";
import { createNumberLine } from "./numberline.js";
import { createPlayback } from "./playback.js";
import { createPrompt } from "./prompt.js";
import { createReroll } from "./reroll.js";
import { createSettings } from "./settings.js";
import { createValues } from "./values.js";
import { choiceOf, createReader } from "./writing.js";
import { captionNumbers, changesOf, provenance, verdictOf } from "./wording.js";

export function createParts({ state, set }, actions, origin) {
  const { hover: onHover, lock: onLock, seek: onSeek } = actions;
  const prompt = createPrompt({ onWrite: actions.write, onCancel: actions.cancel });
  const marked = createMarked({ onFrom: (from) => set({ from }), onModel: (otherModel) => set({ otherModel, other: null }) });
  return {
    prompt, marked,
    chips: createChips({
      marked: marked.node,
      onSeek, onColouring: (colouring) => set({ colouring }), onPutIn: actions.putIn,
      onEdit: () => prompt.edit(textOf(state)), onGoOn: () => actions.goOn(prompt.draft().count),
    }),
    branches: createBranches({ onVisit: actions.visit, onNeighbour: actions.neighbour, origin }),
    title: element("h2"),
    line: createNumberLine({ onHover, onLock, onDraw: (given) => { if (given) origin.open("choice.u", [], given); } }),
    caption: element("p", { class: "caption" }),
    candidates: createCandidates({ onHover, onLock, onBranch: actions.branch, origin }),
    settings: createSettings({ onChange: actions.change, onReset: actions.reset, onWrite: prompt.submit, origin }),
    reroll: createReroll({ onRoll: actions.roll }),
    looking: createLooking({ onLayer: (layer) => set({ layer }), origin }),
    values: createValues({ onToggle: (opened) => set({ opened }), origin }),
    playback: createPlayback({ onSeek, onMove: actions.move, onPlay: actions.play, onSpeed: (speed) => set({ speed }) }),
    source: element("p", { class: "note" }), // whose text it is
    origin,
    waking: element("div", { class: "waking", hidden: true }),
    spoken: element("div", { class: "visually-hidden", role: "status" }),
  };
}

/** The prompt that the tree has and what was written after it, up to the choice in view. */
function textOf({ writing, choice }) {
  const written = writing.steps.slice(0, choice + 1).map(({ id }) => writing.texts[id]).join("");
  return writing.promptText + written;
}

export function layOut(parts, models) {
  const { chips, branches, line, candidates, settings, reroll, looking, values, playback } = parts;
  const hint = element("span", { class: "note hint", text: t("hover to trace a candidate, click to hold it, double-click to go on with it") });
  const scope = element("section", { class: "panel scope", aria: { label: t("The choice") } },
    element("div", { class: "panel-heading" }, parts.title, element("span", { class: "spacer" }), hint), line.node, parts.caption);
  parts.bench = element("div", { class: "bench" }, chips.node, branches.node,
    element("div", { class: "columns" }, scope, element("div", { class: "side" }, settings.node, reroll.node), candidates.node),
    looking.node, values.node, playback.node, parts.source);
  return element("div", { class: "generate quiet" }, parts.prompt.node, models, parts.waking, parts.bench, parts.spoken, ...parts.origin.foot);
}

/** Tell the store what each view reads. A view that needs a writing is left alone until there is one. */
export function drawParts(store, parts) {
  const read = createReader();
  const watch = (reads, draw) =>
    store.watch([...reads, "writing"], (state) => { if (state.writing) draw(choiceOf(state, read), state); });

  let tree = null;
  let said = {}; // what the caption says

  store.watch(["busy", "problem", "writing", "end", "waking"], ({ busy, problem, writing, end, waking }) => {
    parts.prompt.update({ busy, problem, writing, end });
    parts.bench.hidden = !writing;
    parts.bench.parentElement.classList.toggle("busy", busy);
    showWaking(parts.waking, !writing && busy ? waking : null);
  });
  store.watch(["writing", "standing", "at"], ({ writing, standing, at }) => {
    if (writing && standing) setText(parts.source, provenance(standing, writing.step, at));
  });
  watch([], ({ writing }) => {
    if (tree !== writing.tree) parts.candidates.rebuild();
    tree = writing.tree;
    for (const name of ["looking", "chips", "branches", "playback"]) parts[name].rebuild(writing);
  });
  watch(["choice"], ({ writing, step }) => parts.settings.rebuild(writing, step));
  watch(["settings", "choice", "colouring", "palette", "busy", "memory", "from", "other", "otherModel"], (now, state) => {
    const marks = marksOf(now, state);
    parts.chips.update({ ...now, colouring: state.colouring, busy: state.busy, marks });
    parts.marked.update({ ...now, ...marks, colouring: state.colouring, otherModel: state.otherModel });
  });
  watch(["choice", "scale"], (now) => parts.branches.update(now));
  watch(["settings", "choice", "hovered", "locked", "rolls", "scale"], (now, { rolls }) => {
    setText(parts.title, titleOf(now));
    if (said.sentence !== now.sentence || said.given !== now.given) {
      said = now;
      const nodes = captionNumbers(now).map(([text, key, ...at]) => [text, figure(parts.origin, text, asked(now.given, key, ...at))]);
      parts.caption.replaceChildren(...withNumbers(now.sentence, nodes));
    }
    parts.line.update({ ...now, rolls, description: now.sentence, labels: lineLabels(now) });
    parts.candidates.update(now);
  });
  watch(["settings", "choice", "busy"], (now, { busy }) => {
    parts.settings.update({
      settings: now.settings, bits: now.now.entropy, given: now.given, asWritten: now.asWritten, differs: !now.step.putIn && now.then.chosen.id !== now.now.chosen.id, busy,
      verdictWords: verdictOf(now), changesWords: changesOf({ asWritten: now.asWritten, changed: now.changed.size, count: now.writing.steps.length }),
    });
  });
  watch(["settings", "choice", "rolls"], ({ now, texts }, { rolls }) => parts.reroll.update({ candidates: now.candidates, rolls, texts }));
  watch(["settings", "choice", "opened"], ({ now, texts, given }) => parts.values.update({ candidates: now.candidates, texts, given }));
  watch(["choice", "layer", "palette", "scale"], (now, state) => parts.looking.update(lookOf(now, state)));
  watch(["settings", "choice", "playing", "speed"], ({ entropies, choice, writing, step }, { playing, speed }) => {
    parts.playback.update({ choice, playing, speed, entropies, chosen: writing.texts[step.id] });
  });
  watch(["choice"], moved(parts));
  // While it plays, a spoken sentence per choice would only pile up.
  watch(["settings", "choice", "playing"], ({ sentence }, { playing }) => { if (!playing) setText(parts.spoken, sentence); });
}

/** What the server found of this very text; of the one before nothing is shown. */
function marksOf({ writing }, { memory, from, other }) {
  const ofThis = (found) => (found && found.steps.length === writing.steps.length && found.steps.every((step, index) => step === writing.steps[index]) ? found : null);
  return { memory: ofThis(memory), from, other: ofThis(other) };
}

/** What the run wrote long ago, to read until its model is awake. */
function showWaking(node, waking) {
  node.hidden = !waking;
  if (!waking) return;
  node.replaceChildren(element("p", { class: "note", text: t("Waking the model. At step {step} of its training it wrote:", { step: waking.step }) }), element("p", { class: "mono waking-text", text: waking.text }));
}

/** A new choice: the draw falls, and a token that comes next rises from its slice. */
function moved(parts) {
  let [shown, last] = [null, 0];
  return ({ writing, choice }) => {
    if (shown === writing.tree && choice !== last) {
      parts.line.drop();
      if (choice === last + 1) parts.chips.arrive(choice);
    }
    [shown, last] = [writing.tree, choice];
  };
}

function titleOf({ writing, choice }) {
  return writing.unit === "character"
    ? t("Choice {number}: one number, one slice, one character", { number: choice + 1 })
    : t("Choice {number}: one number, one slice, one token", { number: choice + 1 });
}

function lineLabels({ step, settings, asWritten }) {
  const temperature = (value) => `T ${fixed(value)}`;
  return [
    [t("as written"), temperature(step.sampling.temperature)],
    [t("as set now"), asWritten ? t("the same") : temperature(settings.temperature)],
  ];
}

/** The attention of this choice beside the tokens that it fell on; null for a model that only counts. */
function lookOf({ writing, step, choice, palette, scale, given }, { layer: wished, run, base }) {
  if (!writing.layers) return null;
  const layer = Math.min(wished, writing.layers - 1);
  const tokens = [...writing.prompt, ...writing.steps.slice(0, choice).map(({ id }) => writing.texts[id])];
  const shown = Math.min(step.attention[layer].length, tokens.length);
  return {
    given, place: step.seen.length - 1 - windowStart(step.seen.length, writing.context), weights: step.attention[layer].slice(-shown), tokens: tokens.slice(-shown), layer, palette, scale,
    chosen: writing.texts[step.id], monospaced: writing.unit === "character",
    address: attentionAddress(tokens.slice(-writing.context), { run, base, step: writing.step, layer }),
  };
}

/** Where the window begins that is read to write the next token: it slides by a quarter of the context. */
function windowStart(count, context) {
  const stride = Math.max(1, Math.floor(context / 4));
  return Math.ceil(Math.max(0, count - context) / stride) * stride;
}

/** The page Attention with the text that led to this choice, at its last token; signs that stand for others left out. */
function attentionAddress(tokens, { run, base, step, layer }) {
  const shown = tokens.filter((token) => !/^<.+>$/.test(token));
  const view = { run, text: shown.join("").slice(-2000), at: step, layer: layer + 1, query: shown.length - 1, lang: language() };
  return `${base ? `/${base}` : ""}/attention?${new URLSearchParams(view)}`;
}
