/** The numbers of this page under the names that the server knows them by, so that each can be asked where it comes from. */
import { wordsWith } from "../inside/asked.js";
import { element } from "../kit/dom.js";
import { fixed } from "../kit/format.js";
import { quotedToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { KINDS, mapName } from "./names.js";
import { isOfAll, storedRow } from "./payload.js";
import { lockedMap } from "./view.js";

const PATH = { projected: "linear", normed: "normed", turned: "turned" };

const given = (film, { points, selected }) => ({ step: points[selected].step });

/** A weight of a map: {key, at, given}; null where not all heads that it is made of are the server's. */
export function weightNumber(film, state, { layer, head, combine }, query, key) {
  if (isOfAll(combine) && film.end - film.first < film.layers) return null;
  const [name, at] = {
    mean: ["combine.mean", [layer]], largest: ["combine.largest", [layer]], rollout: ["rollout", [layer]], "all-mean": ["all.mean", []], "all-largest": ["all.largest", []],
  }[combine] ?? [`blocks.${layer}.attn.pattern`, [head]];
  return { key: name, at: [...at, query, key], given: given(film, state) };
}

/** A tensor of the locked head: "q", "products", "z", … */
export function headNumber(film, state, tensor, ...place) {
  const { layer, head } = state.locked;
  const owner = "kv".includes(tensor[0]) ? Math.floor((head * film.keyHeads) / film.heads) : head;
  return { key: `blocks.${layer}.attn.${tensor}`, at: [owner, ...place], given: given(film, state) };
}

/** A stage of q or k before they are compared. */
export const pathNumber = (film, state, letter, stage, ...place) => headNumber(film, state, stage ? `${letter}_${PATH[stage]}` : letter, ...place);

/** What speaks for a name of a head; null for maps of many. */
export function nameNumber(film, state, { layer, head, combine }, pattern, random) {
  return combine ? null : { key: random ? "name.random" : "name.text", at: [layer, head, KINDS.indexOf(pattern)], given: given(film, state) };
}

export function measureNumber(film, state, { layer, head, combine }, measure) {
  return combine ? null : { key: `head.${measure}`, at: [layer, head], given: given(film, state) };
}

/** A number to press, or its text alone where nobody can say where it comes from. */
export const figure = (origin, text, asked) => (asked ? origin.number(text, asked.key, asked.at, asked.given) : document.createTextNode(text));

/** Under the picture: the locked cell of the map in view, as a number to press. */
export function createCell(film, store, { origin }) {
  const line = element("p", { class: "note locked-cell", aria: { live: "polite" } });

  function draw(state) {
    const { query, selected, against } = state;
    line.hidden = query === null;
    if (line.hidden) return;
    const key = film.causal ? Math.min(state.key ?? query, query) : state.key ?? query;
    const map = lockedMap(state);
    const weight = (from, moment) => storedRow(from, moment, map, query)[key];
    const asked = weightNumber(film, state, map, query, key);
    const words = { map: mapName(map), token: quotedToken(film.tokens[query]), position: query + 1, target: quotedToken(film.tokens[key]), place: key + 1 };
    const own = figure(origin, fixed(weight(film, selected)), asked);
    if (!against) { line.replaceChildren(...wordsWith(t("{map}: {token} at {position} gives {target} at {place} {weight}.", words), { weight: own })); return; }
    const reference = against.at(selected);
    const versus = `${/^\d+$/.test(against.name) ? "" : against.name}:${reference.film.moments[reference.moment].step}`;
    const change = weight(film, selected) - weight(reference.film, reference.moment);
    line.replaceChildren(...wordsWith(t("{map}: {token} at {position} gives {target} at {place} {weight}, {change} against {other}.", { ...words, other: against.words }), {
      weight: own, change: figure(origin, `${change > 0 ? "+" : ""}${fixed(change)}`, asked && { ...asked, given: { ...asked.given, versus } }),
    }));
  }

  store.watch(["locked", "query", "key", "selected", "combine", "against", "points"], draw);

  /** Enter on the picture asks for the locked cell. */
  function ask(from) {
    const button = line.querySelector("button");
    if (!button || line.hidden) return;
    origin.open(button.dataset.key, button.dataset.at.split(",").map(Number), JSON.parse(button.dataset.given), from);
    origin.panel.focus({ preventScroll: true });
  }

  return { line, ask };
}
