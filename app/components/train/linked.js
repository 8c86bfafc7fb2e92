/** What the charts of a live run share: one window, one cursor, one brush. */
import { rowsIn } from "../kit/series.js";
import { linkHands, stepWindow } from "../kit/step_input.js";

/** Curves are redrawn when these change; cursor and brush lie on a sheet of their own, which is cheap. */
export const CURVE_KEYS = ["revision", "zoom", "selected", "points", "lastStep", "stepAxis", "palette", "size"];
export const CURSOR_KEYS = [...CURVE_KEYS, "brush", "cursorRow", "cursorFrom"];
export const touches = (changed, keys) => keys.some((key) => changed.has(key));

/** Rows to draw of those on screen. */
export const visibleRows = (state, run) => rowsIn(stepWindow(state), run.steps, state.rowCount);

/** The pointer or the keys on one chart move the cursor of all; that chart alone shows the tooltip. */
export function linkChart(canvas, store, run, scale) {
  linkHands(canvas, store, {
    steps: run.steps, count: () => store.state.rowCount, scale, row: () => store.state.cursorRow,
    read: (row) => store.set(row === null ? { cursorRow: null } : { cursorRow: row, cursorFrom: canvas }),
  });
}
