/** Ways to look at the same weights: one head or many together, the scale, the sink, another moment, a window. */
import { element, segmented, setText } from "../kit/dom.js";
import { percent } from "../kit/format.js";
import { visibleToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { createAgainst } from "./against.js";
import { SCALES, scaleHint, scaleLabel } from "./display.js";
import { shownHead } from "./view.js";
import { WINDOWS, windowOf } from "./window.js";

export const COMBINATIONS = ["", "mean", "largest", "all-mean", "all-largest", "rollout"];

const combinationLabel = (combine) => ({
  "": t("one head"), mean: t("mean of its layer"), largest: t("largest of its layer"), "all-mean": t("mean of all heads"),
  "all-largest": t("largest of all heads"), rollout: t("rollout up to its layer"),
})[combine];

const combinationHint = (combine) => ({
  mean: t("each cell’s average over the heads of the layer"),
  largest: t("each cell’s largest weight in the layer, rows made to add up to 1"),
  "all-mean": t("each cell’s average over all heads"),
  "all-largest": t("each cell’s largest weight of any head, rows made to add up to 1"),
  rollout: t("weights multiplied from the first layer up, half of each token passing by: where it comes from in the end (Abnar and Zuidema 2020)"),
})[combine] ?? "";

export function createControls(film, store, shared) {
  return element("div", { class: "controls" }, createCombination(film, store, shared), createScale(store), createSink(film, store, shared),
    createAgainst(film, store, shared), ...createWindow(film, store));
}

function createCombination(film, store, { changed }) {
  const possible = COMBINATIONS.filter((combine) => combine !== "rollout" || film.first === 0);
  const select = element("select", {
    class: "choice", aria: { label: t("Show") },
    on: { change: () => { store.set({ combine: select.value || null }); changed(store.state); } },
  }, ...possible.map((value) => element("option", { value, text: combinationLabel(value) })));
  const hint = element("p", { class: "note" });
  store.watch(["combine"], ({ combine }) => {
    select.value = combine ?? "";
    setText(hint, combinationHint(combine));
  });
  return element("div", {}, element("span", { class: "field", text: t("Show") }), select, hint);
}

function createScale(store) {
  const scale = segmented({
    label: t("Scale of the weights"), chosen: store.state.scale, onChoose: (value) => store.set({ scale: value }),
    choices: SCALES.map((value) => ({ value, text: scaleLabel(value) })),
  });
  const hint = element("p", { class: "note" });
  store.watch(["scale", "against"], (state) => {
    scale.show(state.scale);
    setText(hint, scaleHint(state.scale, state.against !== null));
  });
  return element("div", {}, element("span", { class: "field", text: t("Scale") }), scale.group, hint);
}

function createSink(film, store, { measureAt }) {
  const box = element("input", { type: "checkbox", on: { change: (event) => store.set({ hideSink: event.target.checked }) } });
  box.checked = store.state.hideSink;
  const words = element("span");
  const note = element("p", { class: "note" });
  store.watch(["selected", "locked", "hovered", "isolated", "combine"], (state) => {
    const { sink } = measureAt(state.selected, shownHead(state));
    const values = { token: visibleToken(film.tokens[sink.key]), position: sink.key + 1, share: percent(sink.share) };
    setText(words, sink.present ? t("Hide the sink {token} at {position}", values) : t("Hide {token} at {position}", values));
    setText(note, sink.present ? t("it takes {share}; the rest is rescaled to 100 %, rows with under 3 % left stay empty", values) : t("no sink here: it takes {share}", values));
  });
  return element("div", {}, element("span", { class: "field", text: t("Sink") }), element("label", { class: "check" }, box, words), note);
}

/** Only for sentences that are too long to be read at once. */
function createWindow(film, store) {
  const sizes = [null, ...WINDOWS.filter((size) => size < film.size).reverse()];
  if (film.size <= WINDOWS[1]) return [];
  const zoom = segmented({
    label: t("Tokens at once"), chosen: String(store.state.windowSize), onChoose: (value) => store.set({ windowSize: value === "null" ? null : Number(value) }),
    choices: sizes.map((size) => ({ value: String(size), text: size === null ? t("All") : String(size) })),
  });
  const slider = element("input", {
    type: "range", class: "window", min: 0, step: 1, aria: { label: t("First token of the window") },
    on: { input: () => store.set({ windowFrom: Number(slider.value) }) },
  });
  const note = element("p", { class: "note" });
  store.watch(["windowSize", "windowFrom"], (state) => {
    const seen = windowOf(film, state);
    zoom.show(state.windowSize);
    slider.max = String(film.size - seen.size);
    slider.value = String(seen.from);
    slider.hidden = seen.whole;
    setText(note, seen.whole ? t("all {count} tokens", { count: film.size })
      : t("tokens {from} to {to} of {count}; + and − zoom", { from: seen.from + 1, to: seen.from + seen.size, count: film.size }));
  });
  return [element("div", {}, element("span", { class: "field", text: t("Tokens at once") }), zoom.group, slider, note)];
}
