/** Shows a stored run again as if it were live: the same rows and moments, in twelve seconds. */
import { prefersReducedMotion } from "../kit/dom.js";
import { lowerBound } from "../kit/series.js";
import { replayStep } from "./measures.js";
import { showRows } from "./run.js";

const LENGTH = 12000;

/** State: `replaying` null, "playing" or "paused". */
export function createReplay(store, run) {
  let frame = 0;
  let clock = 0;
  let before = null;

  function tick(now) {
    clock += before === null ? 0 : now - before;
    before = now;
    show(clock / LENGTH);
    if (clock < LENGTH) frame = requestAnimationFrame(tick);
    else end();
  }

  function show(share) {
    const step = replayStep(share, run.steps.at(-1));
    const rowCount = lowerBound(run.steps, Math.floor(calm(step)) + 1);
    if (rowCount !== store.state.rowCount) showRows(store, run, rowCount);
  }

  /** Who asked for less motion sees one picture for each kept moment. */
  function calm(step) {
    if (!prefersReducedMotion() || run.points.length < 3) return step;
    return run.points.findLast((point) => point.step <= step)?.step ?? 0;
  }

  function halt(replaying) {
    cancelAnimationFrame(frame);
    before = null;
    store.set({ replaying });
  }

  function play() {
    halt("playing");
    frame = requestAnimationFrame(tick);
  }

  function end() {
    halt(null);
    showRows(store, run, run.steps.length);
  }

  return {
    toggle() {
      if (store.state.replaying === "playing") halt("paused");
      else if (store.state.replaying === "paused") play();
      else if (run.steps.length > 1) {
        clock = 0;
        store.set({ replaying: "playing", follows: true, playing: false, zoom: null, cursorRow: null });
        showRows(store, run, 1);
        play();
      }
    },
    end() { if (store.state.replaying) { store.set({ follows: true }); end(); } },
    stop: () => cancelAnimationFrame(frame),
  };
}
