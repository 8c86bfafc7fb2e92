/** The timeline of the page: which of the run's kept models writes. Choosing one writes the text anew with it. */
import { apiAddress } from "../kit/address.js";
import { element, setText } from "../kit/dom.js";
import { poll } from "../kit/poll.js";
import { createStore } from "../kit/store.js";
import { createTimeline, selectStep, TIMELINE_STATE } from "../kit/timeline.js";
import { t } from "../kit/words.js";

const SETTLE = 350; // milliseconds: who drags passes many models
const PERIOD = 4000;

/** `onChoose(step)`: null is the newest. `isBusy()`: a writing is on its way, so play waits for it. */
export function createModels({ onChoose, isBusy }) {
  const store = createStore({ ...TIMELINE_STATE }, { name: "models" });
  const timeline = createTimeline(store, { ready: () => !isBusy() });
  const note = element("p", { class: "note models-note", role: "status" });
  const node = element("div", { class: "models", hidden: true }, note, timeline.bar);
  let timer = 0;
  let shown = null; // the step whose text is on screen, or on its way
  let source = null;
  let run = null;

  const chosen = () => (store.state.follows ? null : store.state.points[store.state.selected]?.step ?? null);

  store.watch(["selected", "follows"], ({ points, selected }) => {
    clearTimeout(timer);
    const step = points[selected]?.step ?? null;
    if (step === null || step === shown) return;
    timer = setTimeout(() => {
      shown = step;
      onChoose(chosen());
    }, SETTLE);
  });

  function take(steps) {
    if (steps.length === store.state.points.length && steps.every((step, at) => step === store.state.points[at].step)) return;
    const before = chosen();
    const points = steps.map((step) => ({ step, val_loss: null }));
    store.set({ points, selected: points.length - 1, follows: true });
    if (store.state.points.length && before !== null) selectStep(store, before);
    else shown = steps.at(-1) ?? null; // a newer model is not taken before somebody writes with it
  }

  return {
    node, chosen,
    /** What Python has drawn: the kept steps, the one that wrote, whether it was chosen, and whether more will come. */
    update({ runId, base, kept, lastStep, step, at, live }) {
      node.hidden = kept.length < 2 && !live;
      store.set({ lastStep });
      take(kept);
      shown = at === null ? store.state.points.at(-1)?.step ?? null : step;
      const stands = run === runId; // where its reader put it: Python may speak of a moment that has passed
      if (!stands && at !== null) selectStep(store, step);
      else if (!stands && !live) store.set({ selected: store.state.points.length - 1, follows: true });
      const words = at !== null && at !== step ? t("Written by the model of step {step}, the nearest to step {wanted} that is kept.", { step, wanted: at }) : "";
      setText(note, words);
      note.hidden = !words;
      if (run === runId && live) return;
      source?.stop();
      run = runId;
      source = live ? poll({ url: () => apiAddress(base, "checkpoints", { run: runId }), period: PERIOD, receive: ({ steps }) => { node.hidden = steps.length < 2; take(steps); } }) : null;
    },
    stop() {
      clearTimeout(timer);
      source?.stop();
      timeline.dispose();
      store.stop();
    },
  };
}
