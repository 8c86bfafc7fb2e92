/** Questions to the server: the way of a pass, the numbers of a stop, what made one of them. */
import { apiAddress } from "../kit/address.js";

const LONGEST_WAIT = 30000;
const REMEMBERED = 48; // stops whose numbers are kept; the server bounds the size of each

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
  const asked = { run, text, step };
  const get = (route, values) => fetch(apiAddress(base, route, { ...asked, ...values }), { cache: "no-store", signal: AbortSignal.timeout(LONGEST_WAIT) });

  async function json(response) {
    const answer = await response.json().catch(() => ({}));
    if (!response.ok) throw Object.assign(new Error(`HTTP ${response.status}`), { sentence: answer.error ?? null });
    return answer;
  }

  function once(id, question) {
    if (!known.has(id)) {
      if (known.size >= REMEMBERED) known.delete(known.keys().next().value);
      const answer = question();
      answer.catch(() => known.delete(id)); // the server was away: ask again next time
      known.set(id, answer);
    }
    return known.get(id);
  }

  return {
    tensors: (keys, head, row) => once(`${keys} ${head} ${row}`, async () => {
      const response = await get("inside/tensors", { keys: keys.join(","), head, row });
      if (!response.ok) await json(response);
      return decodeTensors(await response.arrayBuffer());
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
