/** All views of the page, and which part of the state each of them reads. */
import { element, setText } from "../kit/dom.js";
import { fixed } from "../kit/format.js";
import { t } from "../kit/words.js";
import { createCandidates } from "./candidates.js";
import { createChips } from "./chips.js";
import { createLooking } from "./looking.js";
import { createNumberLine } from "./numberline.js";
import { createPlayback } from "./playback.js";
import { createPrompt } from "./prompt.js";
import { createReroll } from "./reroll.js";
import { createSettings } from "./settings.js";
import { createValues } from "./values.js";
import { choiceOf, createReader } from "./writing.js";
import { changesOf, verdictOf } from "./wording.js";

export function createParts({ set }, actions) {
  const { hover: onHover, lock: onLock, seek: onSeek } = actions;
  const prompt = createPrompt({ onWrite: actions.write });
  return {
    prompt,
    chips: createChips({ onSeek, onColouring: (colouring) => set({ colouring }) }),
    title: element("h2"),
    line: createNumberLine({ onHover, onLock }),
    caption: element("p", { class: "caption" }),
    candidates: createCandidates({ onHover, onLock }),
    settings: createSettings({ onChange: actions.change, onReset: actions.reset, onWrite: prompt.submit }),
    reroll: createReroll({ onRoll: actions.roll }),
    looking: createLooking({ onLayer: (layer) => set({ layer }) }),
    values: createValues({ onToggle: (opened) => set({ opened }) }),
    playback: createPlayback({ onSeek, onMove: actions.move, onPlay: actions.play, onSpeed: (speed) => set({ speed }) }),
    spoken: element("div", { class: "visually-hidden", role: "status" }),
  };
}

export function layOut(parts, models) {
  const { chips, line, candidates, settings, reroll, looking, values, playback } = parts;
  const hint = element("span", { class: "note hint", text: t("hover to trace a candidate, click to hold it") });
  const scope = element("section", { class: "panel scope", aria: { label: t("The choice") } },
    element("div", { class: "panel-heading" }, parts.title, element("span", { class: "spacer" }), hint), line.node, parts.caption);
  parts.bench = element("div", { class: "bench" }, chips.node,
    element("div", { class: "columns" }, scope, element("div", { class: "side" }, settings.node, reroll.node), candidates.node),
    looking.node, values.node, playback.node);
  return element("div", { class: "generate" }, parts.prompt.node, models, parts.bench, parts.spoken);
}

/** Tell the store what each view reads. A view that needs a writing is left alone until there is one. */
export function drawParts(store, parts) {
  const read = createReader();
  const watch = (reads, draw) =>
    store.watch([...reads, "writing"], (state) => { if (state.writing) draw(choiceOf(state, read), state); });

  store.watch(["busy", "problem", "notes", "writing"], ({ busy, problem, notes, writing }) => {
    parts.prompt.update({ busy, problem, notes, unit: writing?.unit ?? "token" });
    parts.bench.hidden = !writing;
  });
  watch([], ({ writing }) => ["chips", "candidates", "settings", "looking", "playback"].forEach((name) => parts[name].rebuild(writing)));
  watch(["settings", "choice", "colouring", "palette"], (now, { colouring }) => {
    parts.chips.update({ written: now.writing.written, choice: now.choice, colouring, palette: now.palette, changed: now.changed });
  });
  watch(["settings", "choice", "hovered", "locked", "rolls", "scale"], (now, { rolls }) => {
    setText(parts.title, titleOf(now));
    setText(parts.caption, now.sentence);
    parts.line.update({ ...now, rolls, description: now.sentence, labels: lineLabels(now) });
    parts.candidates.update(now);
  });
  watch(["settings", "choice", "busy"], (now, { busy }) => {
    parts.settings.update({
      settings: now.settings, bits: now.now.entropy, asWritten: now.asWritten, differs: now.then.chosen.id !== now.now.chosen.id, busy,
      verdictWords: verdictOf(now), changesWords: changesOf({ asWritten: now.asWritten, changed: now.changed.size, count: now.writing.steps.length }),
    });
  });
  watch(["settings", "choice", "rolls"], ({ now, texts }, { rolls }) => parts.reroll.update({ candidates: now.candidates, rolls, texts }));
  watch(["settings", "choice", "opened"], ({ now, texts }) => parts.values.update({ candidates: now.candidates, texts }));
  watch(["choice", "layer", "palette", "scale"], (now, { layer }) => parts.looking.update(lookOf(now, layer)));
  watch(["settings", "choice", "playing", "speed"], ({ entropies, choice, writing, step }, { playing, speed }) => {
    parts.playback.update({ choice, playing, speed, entropies, chosen: writing.texts[step.id] });
  });
  watch(["choice"], moved(parts));
  // While it plays, a spoken sentence per choice would only pile up.
  watch(["settings", "choice", "playing"], ({ sentence }, { playing }) => { if (!playing) setText(parts.spoken, sentence); });
}

/** A new choice: the draw falls, and a token that comes next rises from its slice. */
function moved(parts) {
  let [shown, last] = [null, 0];
  return ({ writing, choice }) => {
    if (shown === writing && choice !== last) {
      parts.line.drop();
      if (choice === last + 1) parts.chips.arrive(choice);
    }
    [shown, last] = [writing, choice];
  };
}

function titleOf({ writing, choice }) {
  return writing.unit === "character"
    ? t("Choice {number}: one number, one slice, one character", { number: choice + 1 })
    : t("Choice {number}: one number, one slice, one token", { number: choice + 1 });
}

function lineLabels({ writing, settings, asWritten }) {
  const temperature = (value) => `T ${fixed(value)}`;
  return [
    [t("as written"), temperature(writing.sampling.temperature)],
    [t("as set now"), asWritten ? t("the same") : temperature(settings.temperature)],
  ];
}

/** The attention of this choice beside the tokens that it fell on. */
function lookOf({ writing, step, choice, palette, scale }, wished) {
  const layer = Math.min(wished, writing.layers - 1);
  const tokens = [...writing.prompt, ...writing.steps.slice(0, choice).map(({ id }) => writing.texts[id])];
  const shown = Math.min(step.attention[layer].length, tokens.length);
  return {
    weights: step.attention[layer].slice(-shown), tokens: tokens.slice(-shown), layer, palette, scale,
    chosen: writing.texts[step.id], monospaced: writing.unit === "character",
  };
}
