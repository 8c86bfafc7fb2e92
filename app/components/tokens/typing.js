/** The text field: what is typed goes to the server and comes back as tokens; one question at a time, the newest text always. */
import { askTokens, createAsking } from "../kit/ask.js";

const SHORT = 100_000; // characters; a longer text is sent when the fingers rest
const PAUSE = { short: 8, long: 300 };
const RESTED = 600; // milliseconds after which Python hears what was typed, to keep it

/** createTyping({base, source, text, focus, answered, failed, waiting, remember}) -> {change, focus, use, left, dispose} */
export function createTyping({ base, source, text, focus, answered, failed, waiting, remember }) {
  const state = { source, text, focus };
  let rest = 0;
  const asking = createAsking({
    pause: (question) => (question.text.length > SHORT ? PAUSE.long : PAUSE.short),
    send: (question, signal) => askTokens(base, question, signal),
    answered: (values, question) => {
      performance.measure("tokens:answer", { start: question.asked, detail: String(question.text.length) });
      answered({ ...values, text: question.text, source: question.source });
    },
    failed, waiting,
  });

  function ask() {
    asking.ask({ ...state, asked: performance.now() });
  }

  function keep() {
    clearTimeout(rest);
    rest = setTimeout(tell, RESTED);
  }

  function tell() {
    clearTimeout(rest);
    rest = 0;
    remember({ text: state.text, focus: state.focus });
  }

  ask();
  return {
    /** Lone halves of characters cannot travel; they become U+FFFD, as the tokenizers have it. */
    change(next) {
      state.text = next.toWellFormed?.() ?? next;
      state.focus = null;
      ask();
      keep();
    },
    focus(token) {
      if (state.focus === token) return;
      state.focus = token;
      ask();
      keep();
    },
    use(next) {
      Object.assign(state, { source: next, focus: null });
      ask();
    },
    /** Whoever leaves the field may leave the page next. */
    left() {
      if (rest) tell();
    },
    dispose() {
      clearTimeout(rest);
      asking.dispose();
    },
  };
}
