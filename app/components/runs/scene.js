/** What all parts of a comparison draw from: the chosen runs, each with its line and its mark, and bands of seeds. */
import { isOver } from "../kit/series.js";
import { bandOf, seedGroups } from "./groups.js";
import { markOf } from "./marks.js";
import { createSeries, inUnit, lineOf } from "./series.js";

export const AIR = 1.12; // of the loss of blind guessing: what lies above is cut off, or a wild run would flatten all others

/** An entry for each chosen run, and the bands; made once for a state. `series` is a Map by run id. */
export function createScene(store, series) {
  let made = null;
  let key = [];
  return () => {
    const { rows, chosen, revision, x, y, line, bands } = store.state;
    const now = [rows, chosen, revision, x, y, line, bands];
    if (made && now.every((value, at) => value === key[at])) return made;
    key = now;
    const found = chosen.map((id) => rows.find((row) => row.id === id)).filter(Boolean);
    const entries = found.map((row, place) => entryOf(row, series.get(row.id) ?? createSeries(row.id), markOf(place), { x, y, line }));
    made = { entries, groups: seedGroups(found), bands: bandsOf(entries, seedGroups(found), bands) };
    return made;
  };
}

function entryOf(row, one, mark, view) {
  const line = lineOf(one, row, view);
  const last = one.steps.length ? one.steps.length - 1 : null;
  const ends = { step: row.steps, tokens: row.steps * (row.tokensPerStep ?? 0), seconds: last === null ? 0 : one.seconds[last], energy: (one.energy.at(-1) ?? 0) * 1000 };
  const over = isOver(row);
  return {
    id: row.id, row, mark, line, over, seconds: one.seconds.at(-1) ?? 0, energy: one.energy.at(-1) ?? null, end: over ? line.xs.at(-1) ?? 0 : ends[view.x],
    value: line.ys.at(-1) ?? (view.line === "validation" ? inUnit(row.val_loss, view.y, row.perByte) : null),
  };
}

function bandsOf(entries, groups, wanted) {
  const drawn = !wanted ? [] : groups.map((ids) => {
    const members = entries.filter(({ id }) => ids.includes(id));
    return { ids, mark: members[0].mark, letters: members.map(({ mark }) => mark.letter).join(""), band: bandOf(members.map((entry) => entry.line)) };
  }).filter(({ band }) => band.xs.length > 1);
  return { drawn, covered: new Set(drawn.flatMap(({ ids }) => ids)), possible: groups.length > 0 };
}
