/** One film laid over another moment of itself, or over another run's film of the same tokens: the choice, and what changed most. */
import { element, setText } from "../kit/dom.js";
import { percent } from "../kit/format.js";
import { quotedToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { headName, mapName } from "./names.js";
import { rowStart } from "./cells.js";
import { placesOf, triangleOf } from "./payload.js";

/** `against` of the store: {name for the address, words for a caption, at(moment) -> {film, moment} to compare with}. */
export function momentOf(film, step) {
  return { name: String(step), words: t("step {step}", { step }), at: () => ({ film, moment: nearest(film, step) }) };
}

/** Another run is compared at the moment nearest in steps to the one in view. */
export function runOf(film, other, { id, name }) {
  return { name: id, words: name, at: (moment) => ({ film: other, moment: nearest(other, film.moments[moment].step) }) };
}

/** Why two films cannot be laid over each other, in words; "" where they can. */
export function mismatch(film, other) {
  if (other.layers !== film.layers || other.heads !== film.heads) {
    return t("That run has {layers} layers of {heads} heads, this one {ownLayers} of {ownHeads}: there is no head to compare each with.",
      { layers: other.layers, heads: other.heads, ownLayers: film.layers, ownHeads: film.heads });
  }
  const same = other.size === film.size && other.tokens.every((token, place) => token === film.tokens[place]) && other.first === film.first && other.end === film.end;
  return same ? "" : t("That run reads this sentence as other tokens, so there are no two equal cells to compare.");
}

function nearest(film, step) {
  const distance = (moment) => Math.abs(moment.step - step);
  return film.moments.reduce((best, moment, index) => (distance(moment) < distance(film.moments[best]) ? index : best), 0);
}

/** {cell: {query, key, before, after}, moved}: the cell that changed most, and the share of a row that moved, on average. */
export function changeOf(film, moment, reference, place) {
  const now = triangleOf(film, moment, place);
  const before = triangleOf(reference.film, reference.moment, place);
  let [best, total] = [0, 0];
  for (let index = 0; index < now.length; index += 1) {
    const size = Math.abs(now[index] - before[index]);
    total += size;
    if (size > Math.abs(now[best] - before[best])) best = index;
  }
  const query = film.wide ? Math.floor(best / film.wide) : Math.floor((Math.sqrt(8 * best + 1) - 1) / 2);
  const cell = { query, key: best - rowStart(query, film.wide), before: before[best] / 255, after: now[best] / 255 };
  return { cell, moved: total / 2 / 255 / film.size };
}

/** "Since step 0, head 2.1 moved 62 % of each row; most at “e” → “d”: 3 % before, 71 % now. Head 3.4 changed most of all." */
export function changeSentence(film, state, place) {
  const reference = state.against.at(state.selected);
  const { cell, moved } = changeOf(film, state.selected, reference, place);
  const all = placesOf(film).map((head) => ({ head, moved: changeOf(film, state.selected, reference, head).moved }));
  const most = all.reduce((best, one) => (one.moved > best.moved ? one : best));
  const values = { map: mapName(place), other: state.against.words, moved: percent(moved) };
  if (moved === 0) return { headline: t("{map} is the same as at {other}.", values), detail: "" };
  return {
    headline: t("{map} against {other}: {moved} of a row lies elsewhere, on average.", values),
    detail: `${t("Most of all {token} → {target}, {before} there and {after} here.", {
      token: placed(film, cell.query), target: placed(film, cell.key), before: percent(cell.before), after: percent(cell.after),
    })} ${t("Of all heads {head} differs most, by {share} of a row.", { head: headName(most.head), share: percent(most.moved) })}`,
  };
}

const placed = (film, position) => t("{token} at {position}", { token: quotedToken(film.tokens[position]), position: position + 1 });

/** The choice. `others` {list() -> [{id, name}], open(id) -> film or {error}}; the chosen name may come from a link. */
export function createAgainst(film, store, { others, wanted, changed }) {
  const moments = element("optgroup", { label: t("Another moment") });
  const runs = element("optgroup", { label: t("Another run, the same sentence") });
  const select = element("select", { class: "choice", aria: { label: t("Compare with") }, on: { change: () => choose(select.value) } },
    element("option", { value: "", text: t("nothing") }), moments, runs);
  const note = element("p", { class: "note", role: "status" });
  let known = [];
  let shownSteps = "";
  let asked = 0;

  others.list().then((found) => {
    known = found;
    runs.replaceChildren(...found.map(({ id, name }) => element("option", { value: `run ${id}`, text: name })));
    runs.hidden = !found.length;
    if (wanted && !/^\d+$/.test(wanted)) choose(`run ${wanted}`);
  }, () => {});

  async function choose(value) {
    const mine = (asked += 1);
    const [kind, name] = value.split(" ");
    setText(note, "");
    if (!value) { set(null); return; }
    if (kind === "step") { set(momentOf(film, Number(name))); return; }
    const run = known.find(({ id }) => id === name);
    if (!run) { set(null); return; }
    setText(note, t("Asking that run …"));
    const other = await others.open(name).catch(() => ({ error: t("The server does not answer. Try again.") }));
    if (mine !== asked) return;
    const trouble = other.error ?? (other.moments.length ? mismatch(film, other) : t("That run has kept no moment yet."));
    setText(note, trouble);
    set(trouble ? null : runOf(film, other, run));
  }

  function set(against) {
    store.set({ against, againstName: against?.name ?? null });
    changed(store.state);
  }

  store.watch(["points", "against"], ({ points, against }) => {
    const steps = points.map(({ step }) => step).join();
    if (steps !== shownSteps) {
      shownSteps = steps;
      moments.replaceChildren(...points.map(({ step }) => element("option", { value: `step ${step}`, text: t("step {step}", { step }) })));
      moments.hidden = points.length < 2;
    }
    select.value = !against ? "" : /^\d+$/.test(against.name) ? `step ${against.name}` : `run ${against.name}`;
  });
  if (wanted && /^\d+$/.test(wanted)) choose(`step ${wanted}`);
  return element("div", {}, element("span", { class: "field", text: t("Compare with") }), select, note);
}
