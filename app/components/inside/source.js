/** Questions to the server: the way of a pass, the numbers of a stop, what made one of them. */
import { apiAddress } from "../kit/address.js";

const LONGEST_WAIT = 30000;
const REMEMBERED = 48; // answers that are kept, and no more bytes of numbers than the next line says
const REMEMBERED_BYTES = 32e6;

/** Bytes of app/loaders/inside.py -> {key: {rows, columns, first, values}}; `first` is the row that came, where only one did. */
export function decodeTensors(buffer) {
  const length = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  let from = 4 + length;
  const found = {};
  for (const { key, row, shape: [rows, columns] } of header.tensors) {
    found[key] = { key, rows, columns, first: row ?? 0, alone: row !== null, values: new Float32Array(buffer, from, rows * columns) };
    from += 4 * rows * columns;
  }
  return found;
}

/** Everything that one sentence and one model are asked for; equal questions are asked once. */
export function createSource({ base, run, text, step }) {
  const known = new Map();
  const sizes = new Map();
  const asked = { run, text, step };
  const get = (route, values) => fetch(apiAddress(base, route, { ...asked, ...values }), { cache: "no-store", signal: AbortSignal.timeout(LONGEST_WAIT) });

  async function json(response) {
    const answer = await response.json().catch(() => ({}));
    if (!response.ok) throw Object.assign(new Error(`HTTP ${response.status}`), { sentence: answer.error ?? null });
    return answer;
  }

  function once(id, question) {
    if (!known.has(id)) {
      if (known.size >= REMEMBERED) { const [oldest] = known.keys(); known.delete(oldest); sizes.delete(oldest); }
      const answer = question();
      known.set(id, answer);
      answer.then((found) => forget(id, found), () => known.delete(id)); // the server was away: ask again next time
    }
    return known.get(id);
  }

  /** The oldest answers go while all together are too large; the newest stays. */
  function forget(id, found) {
    sizes.set(id, Object.values(found).reduce((sum, each) => sum + (each?.values?.byteLength ?? 0), 0));
    for (const oldest of [...known.keys()]) {
      const total = [...known.keys()].reduce((sum, each) => sum + (sizes.get(each) ?? 0), 0);
      if (total <= REMEMBERED_BYTES || oldest === id) return;
      known.delete(oldest);
      sizes.delete(oldest);
    }
  }

  return {
    tensors: (keys, head, row) => once(`${keys} ${head} ${row}`, async () => {
      const began = performance.now();
      const response = await get("inside/tensors", { keys: keys.join(","), head, row });
      if (!response.ok) await json(response);
      const found = decodeTensors(await response.arrayBuffer());
      return Object.defineProperty(found, "milliseconds", { value: performance.now() - began }); // no tensor: not listed
    }),
    number: (key, at) => once(`${key} @ ${at}`, async () => json(await get("inside/number", { key, at: at.join(",") }))),
  };
}

export async function askOverview({ base, run, text, step, signal }) {
  const response = await fetch(apiAddress(base, "inside", { run, text, step: step ?? -1 }), { cache: "no-store", signal });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw Object.assign(new Error(`HTTP ${response.status}`), { sentence: answer.error ?? null });
  return answer;
}
