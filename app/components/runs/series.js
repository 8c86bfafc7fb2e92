/** The measured numbers of one run, as the charts read them: rows appended as they arrive, lines in any unit out. */

export function createSeries(id) {
  return { id, steps: [], loss: [], seconds: [], energy: [], validation: [] };
}

/** Take in rows of /api/metrics; those that are already there are skipped. Returns how many are new.
 *  `seconds` adds up the time of the steps themselves, by the measured speed: pauses and other work are not in it.
 *  `energy` is measured now and then, and at every validation; between two measurements the earlier one stands. */
export function appendRows(series, { steps, columns }, tokensPerStep) {
  const { loss = [], val_loss: validation = [], tokens_per_second: speed = [], energy_wh: energy = [] } = columns;
  let newest = series.steps.at(-1) ?? -1;
  let clock = series.seconds.at(-1) ?? 0;
  let added = 0;
  steps.forEach((step, row) => {
    if (step <= newest) return;
    if (speed[row] && tokensPerStep) clock += ((step - Math.max(0, newest)) * tokensPerStep) / speed[row];
    series.steps.push(step);
    series.seconds.push(clock);
    series.energy.push(energy[row] ?? series.energy.at(-1) ?? null);
    series.loss.push(loss[row] ?? null);
    if ((validation[row] ?? null) !== null) series.validation.push({ row: series.steps.length - 1, value: validation[row] });
    newest = step;
    added += 1;
  });
  return added;
}

/** nats per token -> the unit of the chart; null where the run's bytes are not yet known. */
export function inUnit(nats, unit, perByte) {
  if (nats === null || nats === undefined) return null;
  if (unit === "nats") return nats;
  return perByte ? (nats * perByte) / Math.LN2 : null;
}

/** Where row `row` stands on the x axis: a step, tokens read, seconds of training, or milliwatt-hours; null where unknown. */
function placeOf(series, row, x, tokensPerStep) {
  if (x === "seconds") return series.seconds[row];
  if (x === "energy") return series.energy[row] === null ? null : series.energy[row] * 1000;
  return x === "tokens" ? series.steps[row] * (tokensPerStep ?? 0) : series.steps[row];
}

/** The line of one run: {xs, ys, steps}, ascending. `line` is validation, or train: the mean of recent batches. */
export function lineOf(series, row, { x, y, line }) {
  const found = { xs: [], ys: [], steps: [] };
  const push = (at, nats, perByte) => {
    const value = inUnit(nats, y, perByte);
    const place = placeOf(series, at, x, row.tokensPerStep);
    if (value === null || place === null) return;
    found.xs.push(place);
    found.ys.push(value);
    found.steps.push(series.steps[at]);
  };
  if (line === "validation") for (const point of series.validation) push(point.row, point.value, row.perByte);
  else recentMeans(series.loss).forEach((mean, at) => { if (mean !== null) push(at, mean, row.trainPerByte); });
  return found;
}

/** Mean of the last twentieth of the values, 3 to 50 of them: one batch is a noisy witness. */
function recentMeans(values) {
  const sums = [0];
  const counts = [0];
  return values.map((value, at) => {
    sums.push(sums[at] + (value ?? 0));
    counts.push(counts[at] + (value === null ? 0 : 1));
    const begin = Math.max(0, at + 1 - Math.max(3, Math.min(50, Math.floor(at / 20))));
    const count = counts[at + 1] - counts[begin];
    return count && value !== null ? (sums[at + 1] - sums[begin]) / count : null;
  });
}

/** The newest measurement at or before `x`, or null: between two of them nothing is known. */
export function measuredAt({ xs, ys, steps }, x) {
  const at = xs.findLastIndex((place) => place <= x);
  return at < 0 ? null : { x: xs[at], value: ys[at], step: steps[at] };
}
