/** A text asked for and handed on choice by choice, as the server makes it. */
import { apiAddress } from "../kit/address.js";
import { t } from "../kit/words.js";

/** stream(base, wish, receive) -> cancel(). `receive(events)` gets what came at once, in its order; the last event is
 *  {kind: "end"} or {kind: "refused", error}. After a cancel nothing comes any more, and the server stops working. */
export function stream(base, wish, receive) {
  const control = new AbortController();
  read(base, wish, control.signal, receive).catch((error) => {
    if (control.signal.aborted) return;
    if (!(error instanceof TypeError)) console.error(error);
    receive([{ kind: "refused", error: t("The server does not answer. Try again in a moment.") }]);
  });
  return () => control.abort();
}

async function read(base, wish, signal, receive) {
  const answer = await fetch(apiAddress(base, "generate/write", {}), {
    method: "POST", signal, headers: { "Content-Type": "application/json" }, body: JSON.stringify(wish),
  });
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  let isOver = false;
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    const parts = (rest + value).split("\n\n");
    rest = parts.pop();
    const events = parts.map((part) => JSON.parse(part.slice("data: ".length)));
    isOver ||= events.some(({ kind }) => kind === "end" || kind === "refused");
    if (events.length && !signal.aborted) receive(events);
  }
  if (!isOver && !signal.aborted) receive([{ kind: "refused", error: t("The server stopped in the middle of the text. Try again.") }]);
}
