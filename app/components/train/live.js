/** The living source: asks the server for new rows and kept moments until the run is over. */
import { apiAddress } from "../kit/address.js";
import { poll } from "../kit/poll.js";
import { isOver } from "../kit/series.js";
import { addFacts, addRows, forgetRows, showRows } from "./run.js";

const ROWS_PERIOD = 400;
const WISH_PERIOD = 100; // while somebody waits for the worker to answer, or for the first step
const STOPPED_PERIOD = 5000; // somebody else may let it go on
const POINTS_PERIOD = 1000;
const MANY_ROWS = 1000;
const WISH_PATIENCE = 10000;

const RESTS = ["paused", "parked"];
const REVIVES = ["resume", "step", "rate", "reset"]; // wishes that make sense when the run is over

/** What the worker, or the store where there is none, must report before a wish counts as fulfilled. */
const FULFILS = {
  pause: ({ state }) => RESTS.includes(state),
  resume: ({ state }) => ["queued", "starting", "running"].includes(state),
  stop: ({ state }) => state === "stopped",
  step: ({ state, step }, until) => ["queued", "starting", "done"].includes(state) || (RESTS.includes(state) && step >= until),
  rate: (status, rate, { was }) => status.rate_by_hand === rate || status.rate_by_hand !== was, // or another's came after it
  reset: ({ started_at: began }) => !began,
};

/** Follows the run into `run` and `store`; `firstPoints` runs once, when the kept moments have first arrived. */
export function createLive({ base, runId, store, run, firstPoints = () => {} }) {
  const address = (route, cursor, step) => apiAddress(base, route, { run: runId, [cursor]: step });
  let over = false;
  let lastPoints = false;
  let rows = null;
  let points = null;
  let began = null;

  function receiveRows(answer) {
    if (isAnotherBeginning(answer.status)) return beginAgain(answer.status);
    const { added, changed } = addRows(run, answer);
    const learnt = addFacts(run, answer.facts);
    const wish = openWish(store.state.wish, answer.status);
    const wasOver = over;
    over = isOver(answer.status) && added < MANY_ROWS && !wish;
    if (wasOver && !over) setTimeout(start);
    store.set({ status: answer.status, lastStep: answer.status.steps, wish });
    if ((changed || learnt) && !store.state.replaying) showRows(store, run, run.steps.length);
    if (added >= MANY_ROWS) setTimeout(() => rows.now());
    if (over && !wasOver) points.now();
    return !over || answer.status.state === "stopped";
  }

  /** When a run began is kept over pauses and lost workers, and changes only where it was reset. */
  function isAnotherBeginning({ started_at: now }) {
    const other = began !== null && now !== began;
    began = now ?? null;
    return other;
  }

  function beginAgain(status) {
    forgetRows(store, run);
    store.set({ status, wish: openWish(store.state.wish, status) });
    over = false;
    if (lastPoints) setTimeout(start);
    setTimeout(() => rows.now());
    return true;
  }

  function receivePoints(answer) {
    const { status } = store.state;
    const newest = run.points.at(-1)?.step ?? -1;
    const arrived = answer.points.filter((point) => point.step > newest && !(point.step > status?.step)); // late ones come again
    const first = !run.points.length && arrived.length > 0;
    run.points.push(...arrived);
    if (arrived.length && !store.state.replaying) showRows(store, run, run.steps.length);
    if (first) firstPoints();
    store.set({ pointsKnown: true });
    return !lastPoints;
  }

  function start() {
    stop();
    lastPoints = false;
    points = poll({
      url: () => { lastPoints = over; return address("history", "after", run.points.at(-1)?.step ?? -1); },
      period: POINTS_PERIOD, receive: receivePoints,
    });
    rows = poll({
      // The newest row is asked for again: its validation may have been measured after it was sent.
      url: () => address("metrics", "since", (run.steps.at(-1) ?? 0) - 1),
      period: () => (over ? STOPPED_PERIOD : store.state.wish || isBeginning(store.state.status) ? WISH_PERIOD : ROWS_PERIOD), receive: receiveRows,
      failed: (count, error) => store.set({ trouble: count ? { count, sentence: error?.sentence ?? null } : null }),
    });
  }

  function stop() {
    rows?.stop();
    points?.stop();
  }

  start();
  return {
    stop,
    /** A wish was sent: ask again, even when the run was over. */
    wake() { if (over) { over = false; start(); } else rows.now(); },
  };
}

/** A worker is at it, and the first step is a moment away. */
function isBeginning(status) {
  return ["starting", "running"].includes(status?.state) && status.step < 1;
}

/** A wish stays open until the worker has made it so, or too long. */
export function openWish(wish, status, now = Date.now()) {
  if (!wish) return null;
  const fulfilled = !status.applying && FULFILS[wish.wish](status, wish.value, wish);
  return fulfilled || (isOver(status) && !REVIVES.includes(wish.wish)) || now - wish.at > WISH_PATIENCE ? null : wish;
}
