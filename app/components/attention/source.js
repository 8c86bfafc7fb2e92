/** Questions to the server: the kept moments while they come in, one head's vectors, a sentence of one's own. */
import { apiAddress } from "../kit/address.js";
import { poll } from "../kit/poll.js";
import { createFilm, decodeMoments, decodeVectors, extendFilm } from "./payload.js";

const PERIOD = 1000;
const REMEMBERED = 64; // vectors of heads that were asked for; a head is some ten kilobytes
const MOST_OTHERS = 50; // runs to compare with

/** Ask for moments until the run is over; `receive(header, moments)` for each answer, `failed(count)` while none comes. */
export function followRun({ base, run, receive, failed }) {
  let after = -1;
  const source = poll({
    url: () => apiAddress(base, "attention", { run, after }), period: PERIOD, binary: true, failed,
    receive(buffer) {
      const { header, moments } = decodeMoments(buffer);
      after = moments.at(-1)?.step ?? after;
      receive(header, moments);
      if (header.more) setTimeout(() => source.now());
      return header.more || !header.over;
    },
  });
  return source;
}

/** vectors({step, layer, head}) -> {q, k, dHead} or null where none were kept; equal questions are asked once. */
export function createVectors({ base, run, text = "", write = 0, at = -1 }) {
  const known = new Map();
  return function vectorsOf({ step, layer, head }) {
    const id = `${step} ${layer} ${head}`;
    if (!known.has(id)) {
      if (known.size >= REMEMBERED) known.delete(known.keys().next().value);
      const question = fetch(apiAddress(base, "attention/vectors", { run, step, layer, head, text, write, at }), { cache: "no-store" })
        .then(async (response) => (response.ok ? decodeVectors(await response.arrayBuffer()) : null));
      question.catch(() => known.delete(id)); // the server was away: ask again next time
      known.set(id, question);
    }
    return known.get(id);
  };
}

/** A sentence through the kept models, the one nearest to `step` (null: the newest) surely -> {header, moments}, or {error}.
 *  `write`: so many tokens more, written by the model itself; `first`: the first layer wanted, where not all fit an answer. */
export async function askSentence({ base, run, text, step, write = 0, first = 0, signal }) {
  const address = apiAddress(base, "attention/sentence", { run, text, step: step ?? -1, write, first });
  const response = await fetch(address, { cache: "no-store", signal });
  if (response.ok) return decodeMoments(await response.arrayBuffer());
  const { error } = await response.json();
  return { error };
}

/** What the heads do on random tokens said twice, by step; asked once a step, as a model has to run for it.
 *
 *  at(step) -> scores of all heads, a list for each layer; null where the model of that step is not kept, undefined before
 *  it was asked. `listen(tell)` calls back with each answer; returns its stop.
 */
export function createRandom({ base, run }) {
  const known = new Map();
  const listeners = new Set();
  async function ask(step) {
    if (known.has(step)) return;
    known.set(step, undefined);
    const response = await fetch(apiAddress(base, "attention/heads", { run, step }), { cache: "no-store" }).catch(() => null);
    if (!response?.ok) { known.set(step, null); return; }
    const { scores } = await response.json();
    known.set(step, scores);
    if (scores) for (const tell of listeners) tell();
  }
  return {
    ask,
    at: (step) => known.get(step),
    listen(tell) {
      listeners.add(tell);
      return () => listeners.delete(tell);
    },
  };
}

/** Runs to compare with: those whose model has as many layers and heads. `filmOf` is the film in view, `textOf()` its own sentence. */
export function createOthers({ base, run, filmOf, textOf }) {
  let listed = null;
  async function ask() {
    const { rows } = await (await fetch(apiAddress(base, "runs", {}), { cache: "no-store" })).json();
    const { layers, heads } = filmOf();
    const alike = ({ settings }) => settings["model.n_layers"] === layers && settings["model.n_heads"] === heads;
    return rows.filter((row) => row.id !== run && alike(row)).slice(0, MOST_OTHERS).map(({ id, name }) => ({ id, name }));
  }

  /** The other run's own film where it followed the same tokens, else this sentence through its models. */
  async function open(id) {
    const own = filmOf();
    const kept = textOf() ? null : await keptFilm(id);
    if (kept && kept.tokens.join("\n") === own.tokens.join("\n")) return kept;
    const { header, moments, error } = await askSentence({ base, run: id, text: own.tokens.join(""), step: null, first: own.first, signal: undefined });
    return error ? { error } : filmFrom(header, moments);
  }

  async function keptFilm(id) {
    let film = null;
    for (let after = -1, more = true; more;) {
      const response = await fetch(apiAddress(base, "attention", { run: id, after }), { cache: "no-store" });
      if (!response.ok) return null;
      const { header, moments } = decodeMoments(await response.arrayBuffer());
      if (!moments.length) return film;
      film ??= createFilm(header);
      extendFilm(film, moments);
      [after, more] = [moments.at(-1).step, header.more];
    }
    return film;
  }

  return { list: () => (listed ??= ask().catch((error) => { listed = null; throw error; })), open };
}

function filmFrom(header, moments) {
  const film = createFilm(header);
  extendFilm(film, moments);
  return film;
}
