/** Three sliders that redraw while they move, what they do to the choice, and the button that writes anew with them. */
import { element, setText } from "../kit/dom.js";
import { fixed, number } from "../kit/format.js";
import { t } from "../kit/words.js";

export const TEMPERATURES = { min: 0, max: 2, step: 0.05 };
const MOST_CHOICES = 200; // large vocabularies come as their 200 likeliest tokens

/** How the sliders of a writing run: `off` is the position that means "no filter". */
function slidersOf(vocabularySize, sent) {
  const last = sent < vocabularySize ? MOST_CHOICES + 1 : vocabularySize;
  return {
    temperature: { ...TEMPERATURES, toSlider: (value) => value, fromSlider: (value) => Math.round(value * 100) / 100, show: (value) => fixed(value) },
    topK: {
      min: 1, max: last, step: 1, toSlider: (value) => Math.min(value ?? last, last), fromSlider: (value) => (value >= last ? null : value),
      show: (value) => (value === null || value >= last ? t("off") : String(value)),
    },
    topP: { min: 0.05, max: 1, step: 0.01, toSlider: (value) => value, fromSlider: (value) => Math.round(value * 100) / 100, show: (value) => (value >= 1 ? t("off") : fixed(value)) },
  };
}

export function createSettings({ onChange, onReset, onWrite }) {
  const sliders = {
    temperature: createSlider(t("Temperature"), t("sharper ← → flatter")),
    topK: createSlider(t("Top-k"), t("keep the k likeliest")),
    topP: createSlider(t("Top-p"), t("keep the head that covers p")),
  };
  const reset = element("button", { type: "button", class: "button", text: t("As written"), on: { click: onReset } });
  const again = element("button", { type: "button", class: "button again", text: t("Write again with these settings"), on: { click: onWrite } });
  const entropy = createReadout(t("bits of entropy"));
  const effective = createReadout(t("effective choices"));
  const verdict = element("p", { class: "verdict" });
  const changes = element("p", { class: "note changes" });
  const node = element("section", { class: "panel settings", aria: { label: t("Settings") } },
    element("div", { class: "panel-heading" }, element("h2", { text: t("Settings") }), element("span", { class: "spacer" }), reset),
    ...Object.values(sliders).map((slider) => slider.node),
    element("div", { class: "readouts" }, entropy.node, effective.node),
    element("div", { class: "replay" }, element("h3", { text: t("Same draw, other settings") }), verdict, changes, again));
  for (const [key, slider] of Object.entries(sliders)) slider.listen((value) => onChange(key, value));

  return {
    node,
    rebuild({ vocabularySize, sent, sampling }) {
      const specs = slidersOf(vocabularySize, sent);
      for (const [key, slider] of Object.entries(sliders)) slider.rebuild(specs[key], sampling[key]);
    },
    update({ settings, bits, verdictWords, changesWords, asWritten, differs, busy }) {
      for (const [key, slider] of Object.entries(sliders)) slider.update(settings[key]);
      reset.disabled = asWritten;
      again.disabled = busy;
      again.classList.toggle("primary", !asWritten);
      entropy.update(number(bits));
      effective.update(number(2 ** bits));
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

function createReadout(unit) {
  const value = element("span", { class: "figure" });
  return { node: element("div", { class: "readout" }, value, element("span", { class: "note", text: unit })), update: (words) => setText(value, words) };
}
