/** The living source: asks the server for new rows and kept moments until the run is over. */
import { apiAddress } from "../kit/address.js";
import { poll } from "../kit/poll.js";
import { isOver } from "../kit/series.js";
import { addFacts, addRows, showRows } from "./run.js";

const ROWS_PERIOD = 400;
const POINTS_PERIOD = 1000;
const MANY_ROWS = 1000;
const WISH_PATIENCE = 10000;

const FULFILS = { pause: ["paused", "parked"], resume: ["queued", "starting", "running"], stop: ["stopped"] };

/** Follows the run into `run` and `store`; `firstPoints` runs once, when the kept moments have first arrived. */
export function createLive({ base, runId, store, run, firstPoints = () => {} }) {
  const address = (route, cursor, step) => apiAddress(base, route, { run: runId, [cursor]: step });
  let over = false;
  let lastPoints = false;
  let rows = null;
  let points = null;

  function receiveRows(answer) {
    const { added, changed } = addRows(run, answer);
    const learnt = addFacts(run, answer.facts);
    const wish = openWish(store.state.wish, answer.status);
    over = isOver(answer.status) && added < MANY_ROWS && !wish;
    store.set({ status: answer.status, lastStep: answer.status.steps, wish });
    if ((changed || learnt) && !store.state.replaying) showRows(store, run, run.steps.length);
    if (added >= MANY_ROWS) setTimeout(() => rows.now());
    if (over) points.now();
    return !over;
  }

  function receivePoints(answer) {
    const newest = run.points.at(-1)?.step ?? -1;
    const arrived = answer.points.filter((point) => point.step > newest);
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
      period: ROWS_PERIOD, receive: receiveRows,
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

/** A wish stays open until the worker has made it so, or too long. */
export function openWish(wish, status, now = Date.now()) {
  if (!wish) return null;
  const fulfilled = !status.applying && FULFILS[wish.wish].includes(status.state);
  return fulfilled || isOver(status) && wish.wish !== "resume" || now - wish.at > WISH_PATIENCE ? null : wish;
}
