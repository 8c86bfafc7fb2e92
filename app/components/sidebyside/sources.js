/** Asks the server what each tokenizer makes of the text and what it measures; `answers`, `facts` and `problems` by key. */
import { apiAddress } from "../kit/address.js";
import { askTokens, createAsking, fetchAnswer } from "../kit/ask.js";

export const keyOf = ({ source }) => JSON.stringify(source);

export function createSources(store, base) {
  const asking = new Map(); // key -> {tokens, facts}

  const put = (name, key, value) => store.set({ [name]: { ...store.state[name], [key]: value } });

  function start(column) {
    const key = keyOf(column);
    const failed = (sentence) => put("problems", key, sentence);
    const well = (name) => (value, question) => {
      put(name, key, name === "answers" ? { ...value, text: question.text } : value);
      if (store.state.problems[key]) put("problems", key, "");
    };
    const tokens = createAsking({ pause: () => 8, send: (question, signal) => askTokens(base, question, signal), answered: well("answers"), failed });
    const facts = createAsking({ send: ({ source }, signal) => fetchAnswer(apiAddress(base, "tokens/figures", source), { signal }), answered: well("facts"), failed });
    facts.ask({ source: column.source });
    asking.set(key, { tokens, facts });
  }

  store.watch(["columns", "text"], ({ columns, text }) => {
    const wanted = new Set(columns.map(keyOf));
    for (const [key, { tokens, facts }] of asking) {
      if (wanted.has(key)) continue;
      tokens.dispose();
      facts.dispose();
      asking.delete(key);
    }
    for (const column of columns) {
      if (!asking.has(keyOf(column))) start(column);
      asking.get(keyOf(column)).tokens.ask({ source: column.source, text: text.toWellFormed?.() ?? text });
    }
  });
  return { dispose: () => asking.forEach(({ tokens, facts }) => { tokens.dispose(); facts.dispose(); }) };
}
