/** Bytes of `app/loaders/attention.py` in, a film that can be asked for weights out. The format is drawn there.
 *
 *  A place names a map: {layer, head} one head's; with `combine` that of many, as combined.js makes it.
 */
import { cellCount, keysOf, rowStart } from "./cells.js";
import { flowThrough, largestOf, meanOf, mixingOf } from "./combined.js";

const REMEMBERED = 256; // combined maps; played through, a film asks for each again

/** An ArrayBuffer -> {header, body}; the body begins on a multiple of eight, so it can be read as floats. */
function decodeAnswer(buffer) {
  const length = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  return { header, bodyStart: 4 + length };
}

/** A film: one sentence and one model, at as many moments of training as have arrived. Of a model with very many heads only
 *  the layers from `first` up to, and without, `end` are there. `written`: the first token that the model wrote itself. Without a
 *  causal mask a map is a whole square (cells.js). */
export function createFilm({ tokens, layers, heads, causal = true, residual = true, keyHeads = heads, first = 0, end = layers, written = null }) {
  const size = tokens.length;
  const wide = causal ? 0 : size;
  return { tokens, size, wide, layers, heads, causal, residual, keyHeads, first, end, written, triangle: cellCount(size, wide), moments: [], combined: new Map() };
}

/** The maps of an answer -> moments [{step, val_loss, vectors, weights}] that a film can take in. */
export function decodeMoments(buffer) {
  const { header, bodyStart } = decodeAnswer(buffer);
  const perMoment = header.moments.length ? ((header.end ?? header.layers) - (header.first ?? 0)) * header.heads * cellCount(header.tokens.length, header.causal === false ? header.tokens.length : 0) : 0;
  const moments = header.moments.map((moment, index) => ({
    ...moment, weights: new Uint8Array(buffer, bodyStart + index * perMoment, perMoment),
  }));
  return { header, moments };
}

/** Append what is new; a step that is there already stays. Returns what was taken in. */
export function extendFilm(film, moments) {
  const last = film.moments.at(-1)?.step ?? -1;
  const fresh = moments.filter((moment) => moment.step > last);
  film.moments.push(...fresh);
  return fresh;
}

/** One head's vectors: {q, k, parts: {v, …}} as one array each, `dHead` numbers a token. `header.parts` names them in order:
 *  q, k, where the model was at hand also v and what q and k were on their way ("q projected", "q normed", …). */
export function decodeVectors(buffer) {
  const { header, bodyStart } = decodeAnswer(buffer);
  const length = header.size * header.dHead;
  const numbers = new Float32Array(buffer, bodyStart, header.parts.length * length);
  const parts = Object.fromEntries(header.parts.map((name, index) => [name, numbers.subarray(index * length, (index + 1) * length)]));
  return { ...header, q: parts.q, k: parts.k, v: parts.v ?? null, parts };
}

export function storedTriangle(film, moment, layer, head) {
  const start = ((layer - film.first) * film.heads + head) * film.triangle;
  return film.moments[moment].weights.subarray(start, start + film.triangle);
}

/** Weights as bytes of any place at a stored moment; combined ones are worked out once. */
export function triangleOf(film, moment, place) {
  const { layer, head, combine } = place;
  if (!combine) return storedTriangle(film, moment, layer, head);
  return remembered(film, `${moment} ${combine} ${isOfAll(combine) ? "" : layer}`, () => combinedTriangle(film, moment, place));
}

/** The layers that are there, the first one first. */
export const layersOf = (film) => Array.from({ length: film.end - film.first }, (_, index) => film.first + index);

/** All heads that are there, layer by layer. */
export const placesOf = (film) => layersOf(film).flatMap((layer) => Array.from({ length: film.heads }, (_, head) => ({ layer, head })));

/** Of all heads, whichever layer is looked at. */
export const isOfAll = (combine) => combine === "all-mean" || combine === "all-largest";

function combinedTriangle(film, moment, { layer, combine }) {
  if (combine === "rollout") return Uint8Array.from(rolloutThrough(film, moment, layer), (share) => Math.round(255 * share));
  const layers = isOfAll(combine) ? layersOf(film) : [layer];
  const triangles = layers.flatMap((one) => headsOf(film, moment, one));
  return combine.endsWith("mean") ? meanOf(triangles) : largestOf(triangles, film.size, film.wide);
}

function rolloutThrough(film, moment, layer) {
  return remembered(film, `${moment} flow ${layer}`, () => {
    const below = layer ? rolloutThrough(film, moment, layer - 1) : null;
    return flowThrough(mixingOf(headsOf(film, moment, layer), film.size, film.residual, film.wide), below, film.size, film.wide);
  });
}

const headsOf = (film, moment, layer) => Array.from({ length: film.heads }, (_, head) => storedTriangle(film, moment, layer, head));

function remembered(film, id, make) {
  const known = film.combined;
  if (!known.has(id)) {
    const made = make(); // may remember others on its way
    if (known.size >= REMEMBERED) known.delete(known.keys().next().value);
    known.set(id, made);
  }
  return known.get(id);
}

/** Weights 0..1 between two moments; in between only while a picture moves from one to the other. */
export function blendTriangle(film, time, place, into) {
  const before = Math.floor(time);
  const part = (time - before) / 255;
  const from = triangleOf(film, before, place);
  if (part === 0) {
    for (let index = 0; index < into.length; index += 1) into[index] = from[index] / 255;
    return into;
  }
  const to = triangleOf(film, Math.min(before + 1, film.moments.length - 1), place);
  const rest = 1 / 255 - part;
  for (let index = 0; index < into.length; index += 1) into[index] = from[index] * rest + to[index] * part;
  return into;
}

/** The weights of one query at a stored moment, 0..1. */
export function storedRow(film, moment, place, query) {
  const start = rowStart(query, film.wide);
  return Float32Array.from(triangleOf(film, moment, place).subarray(start, start + keysOf(query, film.wide)), (byte) => byte / 255);
}

/** The key that a query looks at most, the earliest of equals. */
export function strongestKey(film, moment, place, query) {
  const row = storedRow(film, moment, place, query);
  return row.indexOf(Math.max(...row));
}
