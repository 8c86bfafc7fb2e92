/** Questions to the app's own server whose newest answer counts: one at a time, asked anew while fingers fly. */
import { apiAddress } from "./address.js";
import { t } from "./words.js";

const RETRY = 1500; // milliseconds after a question that nobody answered

/** The answer of a route, or an Error with the server's own sentence. */
export async function fetchAnswer(address, options = {}) {
  const answer = await fetch(address, options);
  const values = await answer.json().catch(() => null);
  if (answer.ok && values !== null) return values;
  throw Object.assign(new Error(values?.error ?? t("The server gave no answer that can be read.")), { refused: true });
}

/**
 * createAsking({pause, send, answered, failed, waiting}) -> {ask(question), dispose()}
 *
 * `send(question, signal)` returns a promise. While one question is out, the newest one waits; a refusal is told, a
 * server that does not answer is asked again.
 */
export function createAsking({ pause = () => 0, send, answered, failed = () => {}, waiting = () => {} }) {
  const control = new AbortController();
  let next = null;
  let busy = false;
  let timer = 0;

  async function go() {
    const question = next;
    next = null;
    busy = true;
    try {
      const values = await send(question, control.signal);
      if (!control.signal.aborted) answered(values, question);
    } catch (error) {
      if (control.signal.aborted) return;
      failed(error.refused ? error.message : t("The server does not answer. It is asked again until it does."), question);
      if (!error.refused) next ??= question;
      if (!error.refused) await new Promise((resolve) => { setTimeout(resolve, RETRY); });
    }
    busy = false;
    if (control.signal.aborted) return;
    waiting(next !== null);
    if (next !== null) soon();
  }

  function soon() {
    clearTimeout(timer);
    if (!busy) timer = setTimeout(go, pause(next));
  }

  return {
    ask(question) {
      next = question;
      waiting(true);
      soon();
    },
    dispose() {
      clearTimeout(timer);
      control.abort();
    },
  };
}

/** The tokens of a text: asked by POST, as a text may be longer than an address. */
export const askTokens = (base, { source, text, focus = null }, signal) => fetchAnswer(apiAddress(base, "tokens", {}), {
  method: "POST", signal, headers: { "Content-Type": "application/json" }, body: JSON.stringify({ source, text, focus }),
});

/** All ids of a text, however many: what is drawn is a part of them. */
export const askIds = (base, { source, text }) => fetchAnswer(apiAddress(base, "tokens", {}), {
  method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ source, text, ids: true }),
});
