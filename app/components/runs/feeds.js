/** The living source: rows of every chosen run until it is over, and the list of all runs while any of them moves. */
import { apiAddress } from "../kit/address.js";
import { poll } from "../kit/poll.js";
import { isOver } from "../kit/series.js";
import { appendRows, createSeries } from "./series.js";

const ROWS_PERIOD = 800;
const LIST_PERIOD = 2000;

/** `series` is a Map by run id that this fills; `store.revision` counts what has arrived. */
export function createFeeds(store, base, series) {
  const polls = new Map();
  const trouble = (count, error) => store.set({ trouble: count > 2 || error?.sentence ? { sentence: error?.sentence ?? null } : null });

  function follow(id) {
    if (polls.has(id)) return;
    if (!series.has(id)) series.set(id, createSeries(id));
    const one = series.get(id);
    polls.set(id, poll({
      url: () => apiAddress(base, "metrics", { run: id, since: one.steps.at(-1) ?? -1 }), period: ROWS_PERIOD, failed: trouble,
      receive(answer) {
        const row = store.state.rows.find((each) => each.id === id);
        const added = appendRows(one, answer, row?.tokensPerStep);
        one.baselines = answer.facts?.baselines ?? null;
        one.message = answer.status.message;
        learn(id, answer.status);
        if (added) store.set({ revision: store.state.revision + 1 });
        const more = added > 0 || !isOver(answer.status);
        if (added > 1000) setTimeout(() => polls.get(id)?.now());
        if (!more) polls.delete(id);
        return more;
      },
    }));
  }

  /** The list shows what the curve already knows. */
  function learn(id, { state, step, steps, val_loss, queue_position }) {
    const rows = store.state.rows.map((row) => (row.id === id && !row.gallery ? { ...row, state, step, steps, val_loss, queue_position } : row));
    if (JSON.stringify(rows) !== JSON.stringify(store.state.rows)) store.set({ rows });
  }

  const list = poll({
    url: () => apiAddress(base, "runs", {}), period: LIST_PERIOD, failed: trouble,
    receive({ rows }) {
      if (JSON.stringify(rows) !== JSON.stringify(store.state.rows)) store.set({ rows });
      return true;
    },
  });

  return {
    /** Follow these runs and no others. */
    choose(ids) {
      for (const [id, one] of polls) if (!ids.includes(id)) { one.stop(); polls.delete(id); }
      for (const id of ids) if (store.state.rows.some((row) => row.id === id)) follow(id);
    },
    stop() {
      list.stop();
      for (const one of polls.values()) one.stop();
      polls.clear();
    },
  };
}
