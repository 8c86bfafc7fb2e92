/** Questions to the server about a text: one at a time, each asked once. */
import { apiAddress } from "../kit/address.js";
import { fetchAnswer } from "../kit/ask.js";
import { readingOf } from "./reading.js";

const MOST = 64; // readings that are remembered; one of 2,000 tokens is some 200 kB
const QUICK = 1200; // milliseconds for one; what takes longer is only read when asked for

/** {read(run, text, step) -> Promise of a reading, areQuick(), forget()} */
export function createReadings(base) {
  let known = new Map();
  let control = new AbortController();
  let last = Promise.resolve();
  let longest = 0;

  function read(run, text, step) {
    const key = [run, step, text].join("\u0000");
    if (!known.has(key)) {
      const mine = known;
      const { signal } = control;
      const asked = last.catch(() => {}).then(async () => {
        signal.throwIfAborted();
        const began = performance.now();
        const answer = await fetchAnswer(apiAddress(base, "loss/ask/text", { run, text, step }), { cache: "no-store", signal });
        longest = Math.max(longest, performance.now() - began);
        return readingOf(answer);
      });
      asked.catch(() => mine.delete(key));
      last = asked;
      if (known.size >= MOST) known.delete(known.keys().next().value);
      known.set(key, asked);
    }
    return known.get(key);
  }

  return {
    read,
    areQuick: () => longest < QUICK,
    /** What was asked of the text before is no longer waited for. */
    forget() {
      control.abort();
      control = new AbortController();
      known = new Map();
      longest = 0;
    },
  };
}
