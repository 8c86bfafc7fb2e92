/** Numbers of a page that shows texts, with the panel that says where they came from. The text is named by its ids. */
import { element } from "../kit/dom.js";
import { t } from "../kit/words.js";
import { createAsker } from "../probing/ask.js";
import { createAsked } from "./asked.js";

const MOST_IDS = 6000; // more do not fit an address

/** `run()` is the run in view; a number may name another one in what is given along. */
export function createNumbers({ base, run, palette }) {
  const { ask, stop } = createAsker({ base, run: "" });
  const origin = createAsked({ palette, ask: (values) => ask("number", { run: run(), ...values }), about: () => ({}) });
  const hint = element("p", { class: "note number-hint", text: t("Press a number of the model to see where it comes from.") });
  return { ...origin, foot: [hint, origin.panel], stop() { origin.close(); stop(); } };
}

/** What is given along: the ids of a text, how it is read ("text", "writing", "whole") and by the model of which step. */
export function givenIds(ids, reads, step, more = {}) {
  if (!ids || !ids.length || ids.length > MOST_IDS) return null;
  const known = Object.entries(more).filter(([, value]) => value !== null && value !== undefined && value !== "");
  return { of: "ids", ids: ids.join("."), reads, ...(step === null || step === undefined ? {} : { step }), ...Object.fromEntries(known) };
}

/** {key, at, given} of a number, or null where nobody can say where it comes from. */
export const asked = (given, key, ...at) => (given ? { key, at, given } : null);

/** A number to press, or its text alone. */
export const figure = (origin, text, number) => (number ? origin.number(text, number.key, number.at, number.given) : document.createTextNode(text));
