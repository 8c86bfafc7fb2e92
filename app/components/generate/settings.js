/** Sliders that redraw while they move, what they do to the choice, and the button that writes anew with them. */
import { element, setText } from "../kit/dom.js";
import { fixed, number } from "../kit/format.js";
import { t } from "../kit/words.js";
import { asked } from "../inside/numbers.js";
import { OFF } from "./sampling.js";

const MOST_CHOICES = 200; // large vocabularies come as their 200 likeliest tokens

/** A slider from `min` to `max`; a position at which the setting does nothing is called off. */
function decimal(name, min, max, step) {
  const off = OFF[name];
  return {
    min, max, step, toSlider: (value) => Math.min(Math.max(value, min), max), fromSlider: (value) => Math.round(value * 100) / 100,
    show: (value) => (value === off ? t("off") : fixed(value)),
  };
}

function topK(vocabularySize, sent) {
  const last = sent < vocabularySize ? MOST_CHOICES + 1 : vocabularySize;
  return {
    min: 1, max: last, step: 1, toSlider: (value) => Math.min(value ?? last, last), fromSlider: (value) => (value >= last ? null : value),
    show: (value) => (value === null || value >= last ? t("off") : String(value)),
  };
}

const slidersOf = ({ vocabularySize, sent }) => ({
  temperature: decimal("temperature", 0, 2, 0.05), top_k: topK(vocabularySize, sent), top_p: decimal("top_p", 0.05, 1, 0.01),
  min_p: decimal("min_p", 0, 0.5, 0.01), repetition_penalty: decimal("repetition_penalty", 1, 2, 0.05),
  presence_penalty: decimal("presence_penalty", 0, 2, 0.1), frequency_penalty: decimal("frequency_penalty", 0, 2, 0.1),
});
const FOLDED = ["min_p", "repetition_penalty", "presence_penalty", "frequency_penalty"];

export function createSettings({ onChange, onReset, onWrite, origin }) {
  const sliders = {
    temperature: createSlider(t("Temperature"), t("sharper ← → flatter")),
    top_k: createSlider(t("Top-k"), t("keep the k likeliest")),
    top_p: createSlider(t("Top-p"), t("keep the head that covers p")),
    min_p: createSlider(t("Min-p"), t("cut below this share of the top")),
    repetition_penalty: createSlider(t("Repetition penalty"), t("divide scores of what was said")),
    presence_penalty: createSlider(t("Presence penalty"), t("take off once")),
    frequency_penalty: createSlider(t("Frequency penalty"), t("take off each time")),
  };
  const reset = element("button", { type: "button", class: "button", text: t("As written"), on: { click: onReset } });
  const greedy = element("button", { type: "button", class: "button", text: t("Greedy"), title: t("Temperature 0: always the likeliest"), on: { click: () => onChange("temperature", 0) } });
  const again = element("button", { type: "button", class: "button again", text: t("Write again with these settings"), on: { click: onWrite } });
  const entropy = createReadout(t("bits of entropy"), origin);
  const effective = createReadout(t("effective choices"), origin);
  const verdict = element("p", { class: "verdict" });
  const changes = element("p", { class: "note changes" });
  const nodes = (folded) => Object.entries(sliders).filter(([key]) => FOLDED.includes(key) === folded).map(([, slider]) => slider.node);
  const fold = element("details", { class: "more" }, element("summary", { text: t("Min-p and penalties") }), nodes(true));
  const node = element("section", { class: "panel settings", aria: { label: t("Settings") } },
    element("div", { class: "panel-heading" }, element("h2", { text: t("Settings") }), element("span", { class: "spacer" }), greedy, reset),
    ...nodes(false), fold,
    element("div", { class: "readouts" }, entropy.node, effective.node),
    element("div", { class: "replay" }, element("h3", { text: t("Same draw, other settings") }), verdict, changes, again));
  for (const [key, slider] of Object.entries(sliders)) slider.listen((value) => onChange(key, value));

  return {
    node,
    rebuild(writing, step) {
      const specs = slidersOf(writing);
      for (const [key, slider] of Object.entries(sliders)) slider.rebuild(specs[key], step.sampling[key]);
      if (FOLDED.some((key) => step.sampling[key] !== OFF[key])) fold.open = true;
    },
    update({ settings, bits, given, verdictWords, changesWords, asWritten, differs, busy }) {
      for (const [key, slider] of Object.entries(sliders)) slider.update(settings[key]);
      reset.disabled = asWritten;
      greedy.disabled = settings.temperature === 0;
      again.disabled = busy;
      again.classList.toggle("primary", !asWritten);
      entropy.update(number(bits), asked(given, "choice.entropy"));
      effective.update(number(2 ** bits), asked(given, "choice.choices"));
      setText(verdict, verdictWords);
      setText(changes, changesWords);
      node.classList.toggle("differs", differs);
    },
  };
}

function createSlider(label, hint) {
  const output = element("output", { class: "number" });
  const input = element("input", { type: "range", aria: { label } });
  const tick = element("span", { class: "tick" }); // under the track: the setting that the text was written with
  const node = element("label", { class: "slider" },
    element("span", { class: "slider-head" }, element("span", { text: label }), element("span", { class: "hint", text: hint }), output),
    element("span", { class: "slider-track" }, input, tick));
  let spec = null;
  let original = null;
  const place = (value) => (spec.toSlider(value) - spec.min) / (spec.max - spec.min);
  return {
    node,
    listen: (changed) => input.addEventListener("input", () => changed(spec.fromSlider(Number(input.value)))),
    rebuild(next, written) {
      [spec, original] = [next, written];
      for (const name of ["min", "max", "step"]) input.setAttribute(name, spec[name]);
      tick.style.setProperty("--at", place(original));
      tick.title = t("as written: {value}", { value: spec.show(original) });
    },
    update(value) {
      input.value = spec.toSlider(value);
      input.setAttribute("aria-valuetext", spec.show(value));
      input.style.setProperty("--filled", place(value));
      setText(output, spec.show(value));
      node.classList.toggle("moved", value !== original);
    },
  };
}

function createReadout(unit, origin) {
  const value = origin.live();
  return { node: element("div", { class: "readout" }, value.node, element("span", { class: "note", text: unit })), update: value.show };
}
