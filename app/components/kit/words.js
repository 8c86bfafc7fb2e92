/** The words of the chosen language: English sentences are the keys, a catalogue gives the others. */

let catalogue = {};
let chosen = "en";

/** Called by `mount` with what Python sent; an empty catalogue means English. */
export function useWords(words, language = "en") {
  catalogue = words ?? {};
  chosen = language;
}

/** The chosen language: "en" or "zh". */
export const language = () => chosen;

/** t("step {step} of {steps}", {step: 3, steps: 9}): translated first, then filled in. */
export function t(message, values = {}) {
  return (catalogue[message] ?? message).replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}
