/** Two colours of the text that the server is asked for: memorised or invented, and what another model would choose. */
import { apiAddress } from "../kit/address.js";
import { fetchAnswer } from "../kit/ask.js";
import { choose, distribution, OFF, ranked } from "./sampling.js";
import { stream } from "./stream.js";

const BEFORE = 64; // tokens of the prompt that a stretch may begin in
const AGAIN = 700; // milliseconds, while the text is being indexed
const PLAIN = { ...OFF, temperature: 1 };

/** What the store holds: what was found, how many in a row count, and which other model is asked. */
export const MARKS_STATE = { memory: null, from: null, other: null, otherModel: "" };

/** Ask whenever a colour needs it and the text is whole. Returns its stop. */
export function askForMarks(store, base) {
  const { set } = store;
  let [stop, key] = [() => {}, ""];

  store.watch(["colouring", "writing", "busy", "otherModel"], (state) => {
    const { colouring, writing, busy, otherModel } = state;
    if (!writing || busy || !["memorised", "other"].includes(colouring)) return;
    const wanted = JSON.stringify([colouring, state.run, writing.promptIds, writing.steps.map(({ id }) => id), colouring === "other" && otherModel, writing.step]);
    if (key === wanted) return;
    key = wanted;
    stop();
    if (colouring === "memorised") stop = askMemory(base, state, (memory) => set({ memory, ...(memory.usual && state.from === null ? { from: memory.usual } : {}) }));
    else if (otherModel) stop = askOther(base, state, (other) => set({ other }));
  });
  return () => stop();
}

function askMemory(base, { run, writing }, receive) {
  const control = new AbortController();
  const lead = writing.promptIds.slice(-BEFORE);
  const body = JSON.stringify({ run, ids: [...lead, ...writing.steps.map(({ id }) => id)].slice(0, 600), from: lead.length });
  const options = { method: "POST", signal: control.signal, headers: { "Content-Type": "application/json" }, body };
  const ask = () => fetchAnswer(apiAddress(base, "generate/memorised", {}), options).then((found) => {
    receive({ steps: writing.steps, error: "", ...found });
    if (!found.ready) setTimeout(() => { if (!control.signal.aborted) ask(); }, AGAIN);
  }, (error) => { if (!control.signal.aborted) receive({ steps: writing.steps, ready: false, error: error.message }); });
  ask();
  return () => control.abort();
}

/** The text of one model read by another: at each place its top token, what it takes at the same draw, and their shares. */
function askOther(base, { run, writing, otherModel }, receive) {
  const [kind, name] = [otherModel.slice(0, 4), otherModel.slice(5)];
  const ids = writing.steps.map(({ id }) => id);
  const wish = { run: kind === "step" ? run : name, step: kind === "step" ? Number(name) : null, prompt: writing.promptText, put_in: ids, count: 0 };
  const found = [];
  let texts = {};
  const stop = stream(base, wish, (events) => {
    for (const event of events) {
      if (event.kind === "refused") receive({ steps: writing.steps, found: [], error: event.error });
      Object.assign(texts, event.texts);
      const strange = event.kind === "begin" ? !sameWords(event, writing) : event.kind === "choice" && texts[event.id] !== writing.texts[event.id];
      if (strange) {
        stop();
        receive({ steps: writing.steps, found: [], strange: true });
        return;
      }
      if (event.kind === "choice") found.push(judged(event, writing.steps[found.length]));
    }
    if (events.at(-1).kind !== "refused") receive({ steps: writing.steps, found: [...found], texts, model: otherModel });
  });
  return stop;
}

/** Whether two models mean the same by the same ids, as far as the prompt tells. */
const sameWords = (begin, { promptIds, vocabularySize, texts }) =>
  begin.vocabularySize === vocabularySize && begin.promptIds.length === promptIds.length && begin.promptIds.every((id, place) => id === promptIds[place])
  && Object.entries(begin.texts).every(([id, text]) => texts[id] === text);

function judged(event, step) {
  const ranking = ranked(event);
  const seen = { ranking, tail: event.tail, seen: step.seen };
  const [top] = distribution(seen, PLAIN);
  return { top: top.id, topShare: top.probability, share: Math.exp(event.logProbability), drawn: choose(distribution(seen, step.sampling), step.u).id };
}
