/** What one picture of a page looks at, told to the others of that page: the run, the sentence, the step of the model. */

const listeners = new Set();
let inView = null;

/** {run, text, step}: "" is the run's own sentence, null the newest model. */
export function tellInView(view) {
  if (JSON.stringify(view) === JSON.stringify(inView)) return;
  inView = view;
  for (const hear of listeners) hear(view);
}

/** Hear what is in view, now where that is known, and whenever it changes; returns its stop. */
export function followInView(hear) {
  listeners.add(hear);
  if (inView) hear(inView);
  return () => listeners.delete(hear);
}
