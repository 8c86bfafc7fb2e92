/** Questions to the server about a step of a run: each is worked out in parts, one step at a time, and remembered. */
import { apiAddress } from "../kit/address.js";
import { fetchAnswer } from "../kit/ask.js";

/** {read(run, step, onPart) -> Promise of the whole answer, known(run, step), stop()}; `onPart(answer)` while it grows. */
export function createAnswers(base) {
  const control = new AbortController();
  const known = new Map();
  const asked = new Map();
  let last = Promise.resolve();

  function read(run, step, onPart = () => {}) {
    const key = `${run} ${step}`;
    if (!asked.has(key)) {
      const whole = last.catch(() => {}).then(async () => {
        let answer = null;
        do {
          control.signal.throwIfAborted();
          answer = { run, ...await fetchAnswer(apiAddress(base, "loss/ask/wrong", { run, step }), { cache: "no-store", signal: control.signal }) };
          if (answer.left) onPart(answer);
        } while (answer.left);
        known.set(key, answer);
        return answer;
      });
      whole.catch(() => asked.delete(key));
      asked.set(key, whole);
      last = whole;
    }
    return asked.get(key);
  }

  return { read, known: (run, step) => known.get(`${run} ${step}`) ?? null, stop: () => control.abort() };
}
