/** Seeds: runs that differ only in their source of chance belong together, as a band from the lowest to the highest. */

/** Ids of `rows` in groups of two and more that have equal settings but for the seed; `[]` where there are none. */
export function seedGroups(rows) {
  const groups = new Map();
  for (const row of rows) {
    if (!Object.keys(row.settings).length) continue;
    const { seed, ...others } = row.settings;
    const key = JSON.stringify(Object.entries(others).sort());
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()].filter((members) => new Set(members.map((row) => row.settings.seed)).size > 1).map((members) => members.map((row) => row.id));
}

/** {xs, low, mean, high} at the steps that all lines share; on the axis of seconds, at the mean of their times. */
export function bandOf(lines) {
  const band = { xs: [], low: [], mean: [], high: [] };
  const rowOf = lines.map((line) => new Map(line.steps.map((step, at) => [step, at])));
  for (const step of lines[0]?.steps ?? []) {
    const rows = rowOf.map((known) => known.get(step));
    if (rows.includes(undefined)) continue;
    const heights = lines.map((line, place) => line.ys[rows[place]]);
    band.xs.push(mean(lines.map((line, place) => line.xs[rows[place]])));
    band.low.push(Math.min(...heights));
    band.high.push(Math.max(...heights));
    band.mean.push(mean(heights));
  }
  return band;
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
