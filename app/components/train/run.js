/** Everything that has arrived of a run: rows of metrics by name, kept moments, facts. Grows until the run is reset. */
import { lowerBound } from "../kit/series.js";
import { ladder } from "./measures.js";

export function createRun() {
  return { steps: [], columns: {}, validation: [], rungs: [], points: [], facts: null };
}

/** Take in rows {steps, columns}. The newest row may come again with what was measured after it was first sent, as
 *  validation is; older ones are ignored. Returns how many are new, and whether anything changed. */
export function addRows(run, { steps, columns }) {
  const newest = run.steps.at(-1) ?? -1;
  const from = lowerBound(steps, newest + 1);
  const merged = from > 0 && steps[from - 1] === newest && mergeRow(run, columns, from - 1);
  const before = run.steps.length;
  for (const name of Object.keys(columns)) run.columns[name] ??= new Array(before).fill(null);
  for (let row = from; row < steps.length; row += 1) run.steps.push(steps[row]);
  for (const [name, values] of Object.entries(run.columns)) {
    const arrived = columns[name];
    for (let row = from; row < steps.length; row += 1) values.push(arrived?.[row] ?? null);
  }
  const added = steps.length - from;
  if (added || merged) readValidation(run, Math.max(0, before - 1));
  return { added, changed: added > 0 || merged };
}

function mergeRow(run, columns, row) {
  const last = run.steps.length - 1;
  let changed = false;
  for (const [name, values] of Object.entries(columns)) {
    if (values[row] === null || values[row] === undefined) continue;
    const column = (run.columns[name] ??= new Array(last + 1).fill(null));
    if (column[last] === values[row]) continue;
    column[last] = values[row];
    changed = true;
  }
  return changed;
}

/** Validation is measured rarely: its own short list of points, and the ladder that it climbs. */
function readValidation(run, begin) {
  const losses = run.columns.val_loss ?? [];
  const bits = run.columns.val_bits_per_byte ?? [];
  for (let row = begin; row < losses.length; row += 1) {
    if (losses[row] === null) continue;
    const point = { step: run.steps[row], value: losses[row], bits: bits[row] ?? null };
    if (run.validation.at(-1)?.step === point.step) run.validation.pop();
    run.validation.push(point);
  }
  climb(run);
}

/** The run's facts, once the worker has prepared them. */
export function addFacts(run, facts) {
  if (!facts || run.facts) return false;
  run.facts = facts;
  climb(run);
  return true;
}

function climb(run) {
  run.rungs = ladder(run.facts?.baselines ?? {}, run.validation);
}

/** The run was taken back to its first step: all that was measured is gone. Its text, and so its facts, are the same. */
export function forgetRows(store, run) {
  const columns = Object.fromEntries(Object.keys(run.columns).map((name) => [name, []])); // their charts stay, empty
  Object.assign(run, { steps: [], columns, validation: [], points: [] });
  climb(run);
  const { revision } = store.state;
  store.set({
    rowCount: 0, revision: revision + 1, points: run.points, selected: -1, follows: true, playing: false, replaying: null,
    zoom: null, brush: null, cursorRow: null, cursorFrom: null, hovered: null,
  });
}

/** Metrics that get a small chart of their own, known ones first; `expected` have their place before they are measured. */
export function otherMetrics(run, expected = []) {
  const known = ["learning_rate", "grad_norm", "tokens_per_second", "update_ratio", "energy_wh"];
  const apart = ["loss", "val_loss", "val_bits_per_byte", "watts_per_core", "history_share"];
  const found = Object.keys(run.columns);
  return [...known.filter((name) => found.includes(name) || expected.includes(name)), ...found.filter((name) => !known.includes(name) && !apart.includes(name))];
}

/** Rows [0, rowCount) are on screen: which kept moments are, and which of them is chosen. */
export function showRows(store, run, rowCount) {
  const step = rowCount ? run.steps[rowCount - 1] : -1;
  const count = store.state.replaying ? lowerBound(run.points.map((point) => point.step), step + 1) : run.points.length;
  const { follows, selected, revision } = store.state;
  const points = count === store.state.points.length ? store.state.points : run.points.slice(0, count);
  store.set({
    rowCount, points, revision: revision + 1,
    selected: follows || selected >= count ? count - 1 : selected,
  });
}
