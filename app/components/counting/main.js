/** Counting: what followed how often in a run's own text, how smoothing mixes the orders, and how far counting comes. */
import { apiAddress } from "../kit/address.js";
import { createAsking, fetchAnswer } from "../kit/ask.js";
import { element, setText } from "../kit/dom.js";
import { live, mountForRun } from "../kit/mount.js";
import { createStore } from "../kit/store.js";
import { t } from "../kit/words.js";
import { createControls } from "./controls.js";
import { createFollowers } from "./followers.js";
import { createMixing } from "./mixing.js";
import { createOrders } from "./orders.js";
import { createSamples } from "./samples.js";

const TYPING = 120; // milliseconds without a key before the server is asked
const RESTING = 500;

export default mountForRun(open);

function open(root, data, setState) {
  const store = createStore({
    text: data.text, order: data.order, smoothing: data.smoothing, added: data.added, seed: 0, chosen: null,
    table: null, orders: null, samples: null, problem: "", width: root.clientWidth,
  }, { name: "counting" });
  const problem = element("p", { class: "notice", role: "status", hidden: true });
  root.replaceChildren(problem, createControls(store),
    element("div", { class: "counting" }, createFollowers(store), createMixing(store)), createOrders(store, data.run), createSamples(store));
  store.watch(["problem"], (state) => { problem.hidden = !state.problem; setText(problem, state.problem); });
  const askers = createAskers(store, data);
  const stopTelling = tellView(store, data.run, setState);
  return live(root, store, { run: data.run, stops: [...askers.map(({ dispose }) => dispose), stopTelling] });
}

/** Three questions, each asked anew when what it depends on has changed. */
function createAskers(store, { base, run }) {
  const asker = (what, pause, reads, values) => {
    const asking = createAsking({
      pause: () => (store.state[what] ? pause : 0),
      send: (question, signal) => fetchAnswer(apiAddress(base, `loss/ask/${what}`, { run, ...question }), { signal }),
      answered: (answer) => store.set({ [what]: answer, problem: "" }),
      failed: (sentence) => store.set({ problem: sentence }),
    });
    store.watch(reads, (state) => asking.ask(values(state)));
    return asking;
  };
  const way = ({ text, order, smoothing, added }) => ({ text: text.toWellFormed?.() ?? text, order, smoothing, added });
  return [
    asker("table", TYPING, ["text", "order", "smoothing", "added"], way),
    asker("orders", RESTING, ["added"], ({ added }) => ({ added })),
    asker("samples", RESTING, ["text", "smoothing", "added", "seed"], (state) => ({ ...way(state), seed: state.seed })),
  ];
}

/** What is looked at goes into the address once it rests. */
function tellView(store, run, setState) {
  let timer = 0;
  let first = true;
  store.watch(["text", "order", "smoothing", "added"], ({ text, order, smoothing, added }) => {
    clearTimeout(timer);
    if (!first) timer = setTimeout(() => setState("view", { run, context: text, order, smoothing, added }), RESTING);
    first = false;
  });
  return () => clearTimeout(timer);
}
