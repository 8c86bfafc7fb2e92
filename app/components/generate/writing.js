/** The branch in view, ready to draw, and what follows from it under the reader's settings. */
import { givenIds } from "../inside/numbers.js";
import { readStep, sameSampling } from "./sampling.js";
import { stepsOf } from "./tree.js";
import { captionOf } from "./wording.js";

/** A branch as one text: what was given, every choice in its order, and the settings that the branch was written with. */
export function viewOf(tree, branch) {
  const steps = stepsOf(tree, branch);
  const { tail, logits } = steps[0] ?? {};
  return { ...tree.begin, tree, branch, steps, sampling: branch.sampling, sent: tail ? logits.length : tree.begin.vocabularySize };
}

/** Everything that follows from a writing under the settings; made anew only when one of them changed. */
export function createReader() {
  const known = new WeakMap(); // step -> what it comes to under `lastSettings`
  let [lastWriting, lastSettings, result] = [null, null, null];
  const read = (step, settings) => {
    if (sameSampling(settings, step.sampling)) return step.putIn ? { ...step.written, chosen: step.written.drawn ?? step.written.chosen } : step.written;
    const found = known.get(step);
    if (found?.settings === settings) return found.present;
    const present = readStep(step, settings);
    known.set(step, { settings, present });
    return present;
  };
  return ({ writing, settings }) => {
    if (lastWriting === writing && lastSettings === settings) return result;
    [lastWriting, lastSettings] = [writing, settings];
    const present = writing.steps.map((step) => read(step, settings));
    const changed = new Set(present.flatMap(({ chosen }, index) => {
      const step = writing.steps[index];
      return step.putIn || chosen.id === step.written.chosen.id ? [] : [index];
    }));
    result = { asWritten: sameSampling(settings, writing.sampling), present, changed, entropies: present.map(({ entropy }) => entropy) };
    return result;
  };
}

const named = new WeakMap(); // step -> what is given along to ask where a number came from, and for which settings

function givenOf(step, writing, { settings, seed }) {
  const known = named.get(step);
  if (known?.settings === settings && known.seed === seed) return known.given;
  const given = givenIds(step.seen, "writing", writing.step, { ...settings, seed });
  named.set(step, { settings, seed, given });
  return given;
}

/** One choice, as written and as set now, with the sentence on it. */
export function choiceOf(state, read) {
  const { writing, settings } = state;
  const choice = Math.min(state.choice, writing.steps.length - 1);
  const { present, changed, entropies } = read(state);
  const step = writing.steps[choice];
  const asWritten = sameSampling(settings, step.sampling);
  const [then, now] = [step.written, present[choice]];
  return {
    writing, step, then, now, asWritten, changed, entropies, settings, choice, texts: writing.texts, draw: step.u,
    given: writing.layers ? givenOf(step, writing, state) : null,
    focusId: state.hovered ?? state.locked, lockedId: state.locked, scale: state.scale, palette: state.palette,
    sentence: captionOf({ step, then, now, draw: step.u, texts: writing.texts, settings, asWritten }),
  };
}
