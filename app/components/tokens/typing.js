/** The text field: what is typed goes to Python and comes back as tokens; one question at a time, the newest text always. */

const SHORT = 20_000; // characters; a longer text is sent when the fingers rest
const PAUSE = { short: 25, long: 500 };
const PATIENCE = 4000; // milliseconds, then ask again: an answer may get lost while the server restarts

/** createTyping({text, serial, send}) -> {change(text), focus(token), answered(serial), dispose()} */
export function createTyping({ text, focus, serial, send, waiting }) {
  const state = { text, focus, serial, asked: 0, dirty: false };
  let timer = 0;
  let patience = 0;

  function ask() {
    state.dirty = false;
    state.serial += 1;
    state.asked = performance.now();
    send({ text: state.text, focus: state.focus, serial: state.serial });
    waiting(true);
    clearTimeout(patience);
    patience = setTimeout(ask, PATIENCE * (state.text.length > SHORT ? 5 : 1));
  }

  function soon(pause) {
    state.dirty = true;
    clearTimeout(timer);
    if (!state.asked) timer = setTimeout(ask, pause);
  }

  return {
    /** Lone halves of characters cannot travel; they become U+FFFD, as the tokenizers have it. */
    change(next) {
      state.text = next.toWellFormed?.() ?? next;
      state.focus = null;
      soon(state.text.length > SHORT ? PAUSE.long : PAUSE.short);
    },
    focus(token) {
      if (state.focus === token) return;
      state.focus = token;
      soon(PAUSE.short);
    },
    answered(answer) {
      if (answer < state.serial) return;
      clearTimeout(patience);
      if (state.asked) performance.measure("tokens:answer", { start: state.asked, detail: String(state.text.length) });
      state.asked = 0;
      waiting(state.dirty);
      if (state.dirty) soon(PAUSE.short);
    },
    dispose() {
      clearTimeout(timer);
      clearTimeout(patience);
    },
  };
}
