/** Questions to the server about a sentence and the inside of a model; a newer question takes the place of an older one. */
import { apiAddress } from "../kit/address.js";
import { t } from "../kit/words.js";

/** ask(question, values) -> the answer, {error} as a sentence, or null when a newer question of that name was asked. */
export function createAsker({ base, run }) {
  const asking = new Map();
  async function ask(question, values = {}) {
    asking.get(question)?.abort();
    const mine = new AbortController();
    asking.set(question, mine);
    try {
      const response = await fetch(apiAddress(base, `inside/ask/${question}`, { run, ...values }), { cache: "no-store", signal: mine.signal });
      const answer = await response.json();
      return asking.get(question) === mine ? answer : null;
    } catch (error) {
      return error.name === "AbortError" ? null : { error: t("The server does not answer. Try again.") };
    }
  }
  return { ask, stop: () => asking.forEach((one) => one.abort()) };
}
