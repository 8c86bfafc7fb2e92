/** The Inside page's walk: one forward pass of a sentence, stop by stop, every number of it, at any kept model. */
import { apiAddress } from "../kit/address.js";
import { element, setText } from "../kit/dom.js";
import { mount } from "../kit/mount.js";
import { poll } from "../kit/poll.js";
import { createStore } from "../kit/store.js";
import { readPalette } from "../kit/theme.js";
import { addPoints, createTimeline, selectStep, TIMELINE_STATE } from "../kit/timeline.js";
import { t } from "../kit/words.js";
import { createDiagram } from "./diagram.js";
import { createNext } from "./next.js";
import { createOrigin } from "./origin.js";
import { createOwn } from "./own.js";
import { createHeads, createPlayer } from "./player.js";
import { createSentence } from "./sentence.js";
import { askOverview, createSource } from "./source.js";
import { createStage } from "./stage.js";
import { alias, fullName, madeOf, stopOf, stopsOf } from "./stops.js";
import { createTable } from "./table.js";

const SETTLE = 250; // milliseconds: who drags passes many models
const TELL_AFTER = 500; // of rest before Python hears of a new stop
const PERIOD = 4000;
const WIDE = 262144; // numbers of a tensor from which the server sends the row in view alone

export default mount(build);

const FRESH = {
  ...TIMELINE_STATE, turn: 0, themeTurn: 0, overview: null, stops: [], at: 0, block: 0, head: 0, row: 0, which: 0, tensors: null,
  hovered: null, number: null, source: null, walking: false, palette: null, width: 0,
};

function build(root, { data, setState }) {
  let { run, base } = data;
  let text = data.text ?? "";
  let wish = wishOf(data); // where the first picture begins
  let asking = null;
  let server = null;
  let follower = null;
  let shownStep = null;
  let timers = {};
  let told = null;

  const store = createStore({ ...FRESH }, { name: "inside" });
  const notice = element("p", { class: "notice", role: "alert", hidden: true });
  const waiting = element("div", { class: "waiting" }, element("div", { class: "loading" }), element("p", { class: "muted", text: t("The model reads the sentence …") }));
  const own = createOwn({ onAsk: async (words) => { text = words; await ask(stepInView()); walk.focus({ preventScroll: true }); } }); // where the arrow keys walk
  const player = createPlayer(store, { choose });
  const heads = createHeads(store);
  const diagram = createDiagram(store, { choose, openBlock });
  const stage = createStage(store, { pick, choose, choices: heads });
  const origin = createOrigin(store, { pick, goBack: stage.focus });
  const next = createNext(store, { pick });
  const timeline = createTimeline(store, { ready: () => asking === null });
  const cost = element("p", { class: "note cost" });
  const table = createTable(store, { pick });
  const walk = element("div", { class: "walk", hidden: true, tabindex: "-1" }, diagram.panel,
    element("div", { class: "walk-main" }, player.bar, createSentence(store), stage.panel, origin.panel, next.panel, table, cost));
  timeline.bar.hidden = true; // until there are models to choose from
  root.replaceChildren(own.box, notice, waiting, walk, timeline.bar);

  const refresh = () => requestAnimationFrame(() => {
    if (root.isConnected) store.set({ palette: readPalette(root), width: root.clientWidth, themeTurn: store.state.themeTurn + 1 });
  });
  const resized = new ResizeObserver(() => store.set({ width: root.clientWidth }));
  resized.observe(root);
  refresh();
  ask(data.at ?? null);

  const stepInView = () => (store.state.follows ? null : store.state.points[store.state.selected]?.step ?? null);

  /** The sentence through the model nearest to a step; null is the newest. */
  async function ask(step = null) {
    asking?.abort();
    clearTimeout(timers.again);
    const mine = (asking = new AbortController());
    own.show({ busy: true, own: text !== "" });
    try {
      const overview = await askOverview({ base, run, text, step, signal: mine.signal });
      if (mine !== asking) return;
      asking = null;
      take(overview, step);
    } catch (error) {
      if (mine !== asking || error.name === "AbortError") return;
      asking = null;
      if (error.sentence === undefined && !(error instanceof TypeError)) console.error(error);
      const words = error.sentence ?? t("The server does not answer. Try again.");
      waiting.hidden = true;
      if (store.state.overview) own.show({ error: words, own: text !== "" });
      else {
        refuse(words);
        own.show({ own: text !== "" });
        timers.again = setTimeout(() => ask(step), PERIOD); // a run that has just begun saves its first model soon
      }
    }
  }

  function refuse(words) {
    notice.hidden = !words;
    setText(notice, words);
  }

  function take(overview, step) {
    refuse("");
    waiting.hidden = true;
    walk.hidden = false;
    own.show({ own: overview.own, notes: overview.notes });
    if (overview.own && own.field.value === "") own.field.value = text;
    server = createSource({ base, run, text, step: overview.step });
    shownStep = overview.step;
    const stops = stopsOf(overview);
    const { turn, stops: before, at } = store.state;
    const row = before.length && overview.tokens.length === store.state.overview.tokens.length ? store.state.row : overview.tokens.length - 1;
    const same = before.length ? stops.findIndex((stop) => stop.name === before[at].name && stop.block === before[at].block) : 0;
    store.set({ overview, stops, turn: turn + 1, row, at: Math.max(0, same), head: Math.min(store.state.head, overview.sizes.H - 1), tensors: null, source: null, hovered: null, lastStep: overview.lastStep });
    const first = !store.state.points.length;
    if (first) addPoints(store, overview.kept.map((kept) => ({ step: kept, val_loss: null })));
    const there = store.state.points[store.state.selected]?.step;
    if (step !== null && (first || step === there)) selectStep(store, overview.step); // else its reader has moved on meanwhile
    if (wish) goTo(wish, stops, overview);
    wish = null;
    store.set({ block: stops[store.state.at].block ?? store.state.block });
    load();
    if (store.state.number) askNumber();
    follow(overview);
    timeline.bar.hidden = store.state.points.length < 2;
  }

  /** A run in training keeps new models meanwhile. */
  function follow({ over }) {
    if (over || follower) return;
    follower = poll({
      url: () => apiAddress(base, "checkpoints", { run }), period: PERIOD,
      receive: ({ steps }) => { addPoints(store, steps.map((step) => ({ step, val_loss: null }))); },
    });
  }

  function goTo({ stop, block, head, token, number }, stops, { tokens, sizes }) {
    const at = stops.findIndex((each) => each.name === stop && (each.block === null || each.block === (block ?? 1) - 1));
    const row = token !== null && token < tokens.length ? token : store.state.row;
    store.set({ at: Math.max(0, at), row, head: head !== null && head >= 1 && head <= sizes.H ? head - 1 : 0 });
    const [key, place] = (number ?? "").split(":");
    const made = place === undefined ? null : madeOf(stops, key);
    const index = (place ?? "").split(",").map(Number);
    if (made && index.length === made.shape.length && index.every((each, axis) => Number.isInteger(each) && each >= 0 && each < made.shape[axis])) pick(made.key, index);
  }

  function choose(at) {
    const { stops } = store.state;
    const place = Math.max(0, Math.min(stops.length - 1, at));
    if (place === store.state.at) return;
    store.set({ at: place, block: stops[place].block ?? store.state.block, which: 0, tensors: null, hovered: null, number: null, source: null });
    load();
    tell();
  }

  function openBlock(block) {
    const { stops, at } = store.state;
    const name = stops[at].block === null ? null : stops[at].name;
    choose(stops.findIndex((stop) => stop.block === block && (name === null || stop.name === name)));
  }

  /** A number: its stop opens, with its head and its token in view, and its source is asked for. */
  function pick(key, index) {
    const { stops, overview } = store.state;
    const made = madeOf(stops, alias(stops, key));
    if (!made) return;
    const at = stopOf(stops, made.key);
    const moved = at !== store.state.at;
    const headed = made.shape.length === 3 ? Math.floor((index[0] * overview.sizes.H) / made.shape[0]) : null;
    const { head } = store.state;
    const sameHead = headed === null || Math.floor((head * made.shape[0]) / overview.sizes.H) === index[0];
    const owner = made.kind === "join" ? Math.floor(index[1] / overview.sizes.D) : sameHead ? head : headed;
    store.set({
      at, block: stops[at].block ?? store.state.block, which: stops[at].made.indexOf(made), head: owner, row: index.at(-2), walking: false,
      number: { key: made.key, at: index }, source: null, ...(moved ? { tensors: null, hovered: null } : {}),
    });
    load();
    askNumber();
    tell();
  }

  async function askNumber() {
    const asked = store.state.number;
    const from = server;
    try {
      const source = await from.number(asked.key, asked.at);
      if (store.state.number === asked && from === server) store.set({ source });
    } catch (error) {
      if (store.state.number === asked) store.set({ source: { error: error.sentence ?? t("The server does not answer. Try again.") } });
    }
  }

  /** The numbers of the stop in view: what it makes and what it reads. */
  async function load() {
    const { stops, at, head, row } = store.state;
    const { made } = stops[at];
    const keys = [...new Set(made.flatMap(({ reads, key }) => [...reads, key]))];
    const sizes = made.map(({ shape }) => shape.slice(-2).reduce((product, size) => product * size, 1));
    const from = server;
    try {
      const tensors = await from.tensors(keys, head, Math.max(...sizes) > WIDE ? row : 0);
      if (from !== server || store.state.at !== at || store.state.head !== head) return;
      store.set({ tensors });
      sayCost(tensors);
    } catch (error) {
      if (from === server && error.name !== "AbortError") own.show({ error: error.sentence ?? t("The server does not answer. Try again."), own: text !== "" });
    }
  }

  function sayCost(tensors) {
    const bytes = Object.values(tensors).reduce((sum, { values }) => sum + values.byteLength, 0);
    const { stops, at, overview } = store.state;
    const sizes = t("{stop}: {kilobytes} kB from the server in {milliseconds} ms, every number as the model has it (float32).", {
      stop: fullName(stops[at]), kilobytes: Math.max(1, Math.round(bytes / 1000)), milliseconds: Math.max(1, Math.round(tensors.milliseconds)),
    });
    setText(cost, overview.lastStep ? t("{first} {second}", { first: sizes, second: t("Model of step {step}.", { step: overview.step }) }) : sizes); // a model from elsewhere has no steps here
  }

  store.watch(["head", "row"], ({ stops, at, tensors }, changed) => {
    if (!stops.length) return;
    const alone = tensors !== null && Object.values(tensors).some((tensor) => tensor.alone);
    if (changed.has("head") || alone) load();
    tell();
  });
  store.watch(["number", "playing"], () => { if (store.state.stops.length) tell(); });
  store.watch(["selected", "follows"], ({ points, selected }) => {
    clearTimeout(timers.settle);
    const step = points[selected]?.step ?? null;
    if (step === null || (step === shownStep && !asking)) return;
    timers.settle = setTimeout(() => { ask(step); tell(); }, SETTLE);
  });

  /** Where one is goes to Python, for the address, once it rests. */
  function tell() {
    clearTimeout(timers.tell);
    timers.tell = setTimeout(() => {
      const { stops, at, head, row, number, overview, playing } = store.state;
      if (!stops.length || playing) return;
      const { name, block } = stops[at];
      const view = { run, text: overview.own ? text : "", stop: name, block: block === null ? null : block + 1, head: head + 1, token: row, at: stepInView(), number: number ? `${number.key}:${number.at.join(",")}` : null };
      if (JSON.stringify(view) === told) return;
      told = JSON.stringify(view);
      setState("view", view);
    }, TELL_AFTER);
  }

  function clear() {
    asking?.abort();
    follower?.stop();
    for (const timer of Object.values(timers)) clearTimeout(timer);
    [asking, follower, server, shownStep, timers] = [null, null, null, null, {}];
  }

  return {
    themeChanged: refresh,
    update(fresh) {
      if (fresh.run !== run) {
        clear();
        ({ run, base } = fresh);
        text = "";
        own.field.value = "";
        const { palette, width, turn, themeTurn, stops, at, block, head } = store.state;
        if (stops.length) wish = { stop: stops[at].name, block: block + 1, head: head + 1, token: null, number: "" }; // the same place in another model
        store.set({ ...FRESH, palette, width, turn: turn + 1, themeTurn });
        walk.hidden = true;
        waiting.hidden = false;
        ask(null);
      }
      refresh();
    },
    dispose() {
      clear();
      player.dispose();
      diagram.dispose();
      timeline.dispose();
      resized.disconnect();
      store.stop();
    },
  };
}

function wishOf({ stop = "", block = null, head = null, token = null, number = "" }) {
  return stop ? { stop, block, head, token, number } : null;
}
