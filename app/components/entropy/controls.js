/** What can be done to the two distributions at once: examples, label smoothing, temperature, and the unit. */
import { element, segmented, setText } from "../kit/dom.js";
import { fixed } from "../kit/format.js";
import { t } from "../kit/words.js";
import { distributions, logitsOf } from "./maths.js";
import { OFFERED, unitWord } from "./units.js";

const SMOOTHING = { min: 0, max: 0.5, step: 0.01 };
const TEMPERATURE = { min: 0.1, max: 4, step: 0.05 };

/** p and q exchanged: what was true is now the guess. */
export function swapped(state) {
  const { p, q } = distributions(state);
  return { truth: q, smoothing: 0, logits: logitsOf(p, state.temperature), steps: [] };
}

const certain = (shares) => shares.map((_share, index) => Number(index === shares.indexOf(Math.max(...shares))));

export function createControls(store, { onChoice }) {
  const button = (text, title, make) => element("button", { type: "button", class: "button small", text, title, on: { click: () => store.set({ ...make(store.state), steps: [] }) } });
  const choice = element("button", { type: "button", class: "button small", text: t("A choice of this run"), title: t("Of four places in text that it was not trained on, the one where it is least sure, with the token that really came there"), on: { click: onChoice } });
  const presets = element("div", { class: "presets", role: "group", aria: { label: t("Examples") } },
    button(t("Even guess"), t("q is the same everywhere"), ({ truth }) => ({ logits: truth.map(() => 0) })),
    button(t("Perfect guess"), t("q becomes p: KL is 0"), (state) => ({ logits: logitsOf(distributions(state).p, state.temperature) })),
    button(t("Certain truth"), t("p is 1 for its largest outcome, as in training"), ({ truth }) => ({ truth: certain(truth), smoothing: 0 })),
    button(t("Swap p and q"), t("What was true becomes the guess"), swapped), choice);
  const smoothing = createSlider({
    label: t("label smoothing ε"), title: t("A share ε of the truth is spread over all outcomes alike (Szegedy et al. 2016, section 7)"), ...SMOOTHING,
    onInput: (value) => store.set({ smoothing: value, steps: [] }),
  });
  const temperature = createSlider({ label: t("temperature T"), title: t("Above 1 the guess is flatter, below 1 sharper"), ...TEMPERATURE, onInput: (value) => store.set({ temperature: value, steps: [] }) });
  const unit = segmented({
    label: t("Unit"), chosen: store.state.unit, onChoose: (chosen) => store.set({ unit: chosen }),
    choices: OFFERED.map((value) => ({ value, text: unitWord(value) })),
  });
  store.watch(["truth", "smoothing", "temperature", "unit"], (state) => {
    smoothing.show(state.smoothing, t("p = {keep} · truth + {share} for each", { keep: fixed(1 - state.smoothing), share: fixed(state.smoothing / state.truth.length, 3) }));
    temperature.show(state.temperature, t("q = softmax(z ÷ {temperature})", { temperature: fixed(state.temperature) }));
    unit.show(state.unit);
  });
  return { presets, unit: unit.group, sliders: element("div", { class: "sliders" }, smoothing.row, temperature.row), choice };
}

/** A labelled range with its value and a note that says what it does. */
export function createSlider({ label, title, min, max, step, onInput }) {
  const input = element("input", { type: "range", class: "range", min, max, step, title, aria: { label }, on: { input: () => onInput(Number(input.value)) } });
  const value = element("output", { class: "mono" });
  const note = element("span", { class: "note mono" });
  return {
    row: element("label", { class: "slider" }, element("span", { class: "slider-name", text: label }), input, value, note),
    show(now, words) {
      if (Number(input.value) !== now) input.value = now;
      setText(value, fixed(now));
      setText(note, words);
    },
  };
}
