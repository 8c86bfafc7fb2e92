/** Asks a route again and again for what is new; the client owns the cursor, so nothing is lost or sent twice. */

const LONGEST_WAIT = 15000;

/**
 * poll({url: () => "/api/metrics?run=…&since=…", period: 400, receive(answer) -> whether to go on, failed(count)})
 *
 * `period` may be a function, asked after each answer.
 * Waits while the tab is hidden, backs off when the server is away and goes on when it is back.
 * `receive` gets the parsed JSON (or an ArrayBuffer with `binary`). `failed` gets how often in a row it failed, 0 when
 * the server is back, and the error; where the server refused in words, these are `error.sentence`.
 * Returns {now(), stop()}.
 */
export function poll({ url, period = 400, binary = false, receive, failed = () => {} }) {
  let timer = 0;
  let failures = 0;
  let stopped = false;
  let asking = false;

  async function ask() {
    clearTimeout(timer);
    if (stopped || asking) return;
    if (document.hidden) {
      timer = setTimeout(ask, 1000);
      return;
    }
    asking = true;
    let goOn = true;
    try {
      const response = await fetch(url(), { cache: "no-store", signal: AbortSignal.timeout(LONGEST_WAIT) });
      if (!response.ok) throw await refusal(response);
      const answer = binary ? await response.arrayBuffer() : await response.json();
      if (stopped) return;
      if (failures) failed(0);
      failures = 0;
      goOn = receive(answer) !== false;
    } catch (error) {
      if (stopped) return;
      const expected = error.name === "TimeoutError" || error instanceof TypeError && /fetch/i.test(error.message);
      if (!expected && error.status === undefined) console.error(error);
      failures += 1;
      failed(failures, error);
    } finally {
      asking = false;
    }
    if (goOn && !stopped) timer = setTimeout(ask, Math.min((typeof period === "function" ? period() : period) * 2 ** Math.min(failures, 6), LONGEST_WAIT));
  }

  const wake = () => { if (!document.hidden) ask(); };
  document.addEventListener("visibilitychange", wake);
  ask();
  return {
    now: ask,
    stop() {
      stopped = true;
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", wake);
    },
  };
}

/** The server's own sentence, where it gave one: {"error": "There is no run …"}. */
async function refusal(response) {
  const words = await response.json().catch(() => null);
  return Object.assign(new Error(`HTTP ${response.status}`), { status: response.status, sentence: words?.error ?? null });
}
