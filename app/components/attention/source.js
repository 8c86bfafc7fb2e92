/** Questions to the server: the kept moments while they come in, one head's vectors, a sentence of one's own. */
import { apiAddress } from "../kit/address.js";
import { poll } from "../kit/poll.js";
import { decodeMoments, decodeVectors } from "./payload.js";

const PERIOD = 1000;
const REMEMBERED = 64; // vectors of heads that were asked for; a head is some ten kilobytes

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
export function createVectors({ base, run, text = "" }) {
  const known = new Map();
  return function vectorsOf({ step, layer, head }) {
    const id = `${step} ${layer} ${head}`;
    if (!known.has(id)) {
      if (known.size >= REMEMBERED) known.delete(known.keys().next().value);
      const question = fetch(apiAddress(base, "attention/vectors", { run, step, layer, head, text }), { cache: "no-store" })
        .then(async (response) => (response.ok ? decodeVectors(await response.arrayBuffer()) : null));
      question.catch(() => known.delete(id)); // the server was away: ask again next time
      known.set(id, question);
    }
    return known.get(id);
  };
}

/** A sentence through the kept models, the one nearest to `step` (null: the newest) surely -> {header, moments}, or {error}. */
export async function askSentence({ base, run, text, step, signal }) {
  const response = await fetch(apiAddress(base, "attention/sentence", { run, text, step: step ?? -1 }), { cache: "no-store", signal });
  if (response.ok) return decodeMoments(await response.arrayBuffer());
  const { error } = await response.json();
  return { error };
}
