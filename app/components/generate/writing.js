/** What Python wrote, ready to work with, and what follows from it under the reader's settings. */
import { ranked, readStep, sameSampling } from "./sampling.js";
import { captionOf } from "./wording.js";

/** Rankings are made once; `written` holds every choice under the settings that it was made with. */
export function openWriting(sent) {
  const { temperature, top_k: topK, top_p: topP, seed } = sent.sampling;
  const sampling = { temperature, topK, topP };
  const steps = sent.steps.map((step) => ({ ...step, ranking: ranked(step), tail: step.tail && { ...step.tail, temperatures: sent.temperatures } }));
  return { ...sent, steps, sampling, seed, sent: sent.steps[0].logits.length, written: steps.map((step) => readWritten(step, sampling)) };
}

/** A step as it was written. A token that is not among those sent keeps its name; its slice is that of the others. */
function readWritten(step, sampling) {
  const read = readStep(step, sampling);
  if (read.chosen.id === step.id) return read;
  return { ...read, chosen: { ...read.chosen, ...read.candidates.find(({ id }) => id === step.id), probability: step.probability, id: step.id } };
}

/** Everything that follows from a writing under the settings; made anew only when one of them changed. */
export function createReader() {
  let [lastWriting, lastSettings, result] = [null, null, null];
  return ({ writing, settings }) => {
    if (lastWriting === writing && lastSettings === settings) return result;
    [lastWriting, lastSettings] = [writing, settings];
    const asWritten = sameSampling(settings, writing.sampling);
    const present = asWritten ? writing.written : writing.steps.map((step) => readStep(step, settings));
    const changed = new Set(present.flatMap(({ chosen }, index) => (chosen.id === writing.written[index].chosen.id ? [] : [index])));
    result = { asWritten, present, changed, entropies: present.map(({ entropy }) => entropy) };
    return result;
  };
}

/** One choice, as written and as set now, with the sentence on it. */
export function choiceOf(state, read) {
  const { writing, choice, settings } = state;
  const { asWritten, present, changed, entropies } = read(state);
  const step = writing.steps[choice];
  const [then, now] = [writing.written[choice], present[choice]];
  return {
    writing, step, then, now, asWritten, changed, entropies, settings, choice, texts: writing.texts, draw: step.u,
    focusId: state.hovered ?? state.locked, lockedId: state.locked, scale: state.scale, palette: state.palette,
    sentence: captionOf({ now, draw: step.u, texts: writing.texts, settings, asWritten }),
  };
}
