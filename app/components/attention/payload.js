/** Bytes of `app/loaders/attention.py` in, a film that can be asked for weights out. The format is drawn there. */

/** Where query q's weight on key k lies in a lower triangle stored row by row. */
export function triangleIndex(query, key) {
  return (query * (query + 1)) / 2 + key;
}

/** An ArrayBuffer -> {header, body}; the body begins on a multiple of eight, so it can be read as floats. */
function decodeAnswer(buffer) {
  const length = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  return { header, bodyStart: 4 + length };
}

/** A film: one sentence and one model, at as many moments of training as have arrived. */
export function createFilm({ tokens, layers, heads, causal = true }) {
  const size = tokens.length;
  return { tokens, size, layers, heads, causal, triangle: triangleIndex(size, 0), moments: [] };
}

/** The maps of an answer -> moments [{step, val_loss, vectors, weights}] that a film can take in. */
export function decodeMoments(buffer) {
  const { header, bodyStart } = decodeAnswer(buffer);
  const perMoment = header.moments.length ? header.layers * header.heads * triangleIndex(header.tokens.length, 0) : 0;
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

/** q and k of one head: {q, k} as one array each, `dHead` numbers a token. */
export function decodeVectors(buffer) {
  const { header, bodyStart } = decodeAnswer(buffer);
  const length = header.size * header.dHead;
  const numbers = new Float32Array(buffer, bodyStart, 2 * length);
  return { ...header, q: numbers.subarray(0, length), k: numbers.subarray(length) };
}

export function storedTriangle(film, moment, layer, head) {
  const start = (layer * film.heads + head) * film.triangle;
  return film.moments[moment].weights.subarray(start, start + film.triangle);
}

/** Weights 0..1 between two moments; in between only while a picture moves from one to the other. */
export function blendTriangle(film, time, layer, head, into) {
  const before = Math.floor(time);
  const part = (time - before) / 255;
  const from = storedTriangle(film, before, layer, head);
  if (part === 0) {
    for (let index = 0; index < into.length; index += 1) into[index] = from[index] / 255;
    return into;
  }
  const to = storedTriangle(film, Math.min(before + 1, film.moments.length - 1), layer, head);
  const rest = 1 / 255 - part;
  for (let index = 0; index < into.length; index += 1) into[index] = from[index] * rest + to[index] * part;
  return into;
}

/** The weights of one query at a stored moment, 0..1. */
export function storedRow(film, moment, { layer, head }, query) {
  const start = triangleIndex(query, 0);
  return Float32Array.from(storedTriangle(film, moment, layer, head).subarray(start, start + query + 1), (byte) => byte / 255);
}

/** The key that a query looks at most, the earliest of equals. */
export function strongestKey(film, moment, place, query) {
  const row = storedRow(film, moment, place, query);
  return row.indexOf(Math.max(...row));
}
