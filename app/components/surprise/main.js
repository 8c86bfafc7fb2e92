/** The section Text of the page Loss: what each token of a text cost a run at a step, and another run or step beside it. */
import { apiAddress } from "../kit/address.js";
import { fetchAnswer } from "../kit/ask.js";
import { createNumbers } from "../inside/numbers.js";
import { element } from "../kit/dom.js";
import { live, mountForRun } from "../kit/mount.js";
import { poll } from "../kit/poll.js";
import { isOver } from "../kit/series.js";
import { createStore } from "../kit/store.js";
import { readPalette } from "../kit/theme.js";
import { TIMELINE_STATE, addPoints, createTimeline, selectStep } from "../kit/timeline.js";
import { t } from "../kit/words.js";
import { createAgainst } from "./against.js";
import { createDetail } from "./detail.js";
import { createDisplay } from "./display.js";
import { createFigures } from "./figures.js";
import { createLists } from "./lists.js";
import { piecesOf } from "./pieces.js";
import { createReadings } from "./readings.js";
import { readingOfMoment } from "./reading.js";
import { createSource } from "./source.js";
import { createTable } from "./table.js";

const PERIOD = 1000;

export default mountForRun(start, { text: "", other: "" });

function start(root, data, setState) {
  const store = createStore({
    ...TIMELINE_STATE, lastStep: data.steps, run: data.run, runName: data.name, text: data.text, now: null, then: null, laid: null, busy: true, problem: "",
    against: data.other ? { run: data.other, step: data.then } : { run: data.run, step: data.then, byItself: data.then === null },
    colour: data.colour === "change" ? "change" : "loss", shape: "text", unit: "nats", hovered: null, locked: data.token, palette: readPalette(root), width: 0,
  }, { name: "surprise" });
  const readings = createReadings(data.base);
  const timeline = createTimeline(store, { ready: () => !store.state.busy });
  const reader = createReader(store, readings, data);
  const source = createSource(store, { base: data.base, onText: reader.useText });
  const origin = createNumbers({ base: data.base, run: () => data.run, palette: () => readPalette(root) });
  store.watch(["now", "then", "locked"], origin.close); // that number is no longer in view
  root.replaceChildren(element("section", { class: "surprise quiet", aria: { label: t("Loss of each token of a text") } },
    source, createFigures(store, createAgainst(store, data.base), origin),
    element("div", { class: "side-by-side" }, createDisplay(store), createDetail(store, origin)), createLists(store), createTable(store, origin), timeline.bar, ...origin.foot));
  rememberView(store, setState);
  return live(root, store, { run: data.run, stops: [reader.stop, origin.stop, readings.forget, timeline.dispose] });
}

/** Keeps `now` and `then` what the timeline, the text and the choice beside ask for. */
function createReader(store, readings, data) {
  let moments = []; // of the run's own sentence
  let wanted = data.step; // by the address, until its moment is there
  let status = null;
  const mine = (step) => readings.read(data.run, store.state.text, step);

  const history = poll({
    url: () => apiAddress(data.base, "history", { run: data.run, after: moments.at(-1)?.step ?? -1 }), period: PERIOD,
    receive(answer) {
      moments = [...moments, ...answer.points.filter(({ tokens }) => tokens.length > 1)];
      if (!store.state.text) {
        addPoints(store, answer.points.filter(({ tokens }) => tokens.length > 1));
        settle();
        if (!moments.length) store.set({ busy: false });
      }
      return answer.points.length > 0 || !isOver(status);
    },
    failed: (count, error) => store.set({ problem: count < 3 ? store.state.problem : error?.sentence ?? t("The server does not answer. It is asked again until it does.") }),
  });
  fetchAnswer(apiAddress(data.base, "metrics", { run: data.run, since: 1e7 })).then((answer) => { status = answer.status; }, () => { status = { state: "done" }; });
  if (data.text) useText(data.text);

  function settle() {
    if (wanted === null || !store.state.points.length) return;
    selectStep(store, wanted);
    wanted = null;
  }

  /** Another text: "" is the run's own sentence, which every moment has read. */
  async function useText(text) {
    readings.forget();
    const step = store.state.points[store.state.selected]?.step ?? wanted;
    const follows = store.state.follows && wanted === null;
    store.set({ text, points: [], selected: -1, follows: true, playing: false, hovered: null, busy: true, problem: "" });
    if (!text) {
      addPoints(store, moments);
    } else {
      try {
        const { steps } = await fetchAnswer(apiAddress(data.base, "checkpoints", { run: data.run }));
        if (store.state.text !== text) return;
        if (!steps.length) throw new Error(t("This run has saved no model yet. Wait for its first checkpoint, then try again."));
        addPoints(store, steps.map((each) => ({ step: each, val_loss: null })));
      } catch (error) {
        store.set({ busy: false, problem: error.message });
        return;
      }
    }
    wanted = null;
    if (!follows && step !== null) selectStep(store, step);
  }

  store.watch(["points", "selected", "text"], ({ points, selected, text }) => {
    const point = points[selected];
    if (!point) return;
    if (!text) { store.set({ now: readingOfMoment(point, data.run), busy: false }); return; }
    store.set({ busy: true });
    take("now", mine(point.step), () => ahead(text));
  });
  store.watch(["now", "against", "points"], ({ now, against, points, text }) => {
    if (!now || !against) { store.set({ then: null }); return; }
    if (against.run !== data.run) { take("then", readings.read(against.run, text || now.text, against.step ?? -1)); return; }
    const point = points.reduce((best, one) => (Math.abs(one.step - (against.step ?? 0)) < Math.abs(best.step - (against.step ?? 0)) ? one : best), points[0]);
    if (!point || (against.byItself && points.length < 2)) store.set({ then: null });
    else if (!text) store.set({ then: readingOfMoment(point, data.run) });
    else take("then", mine(point.step));
  });
  store.watch(["now", "then"], ({ now, then }) => store.set({ laid: now && then ? piecesOf(now, then) : null }));

  const newest = { now: null, then: null };
  function take(name, asked, after = () => {}) {
    newest[name] = asked;
    asked.then((reading) => {
      if (newest[name] !== asked) return;
      store.set({ [name]: reading, problem: "", ...(name === "now" ? { busy: false } : {}) });
      after();
    }, (error) => {
      if (newest[name] === asked && error.name !== "AbortError") store.set({ [name]: null, busy: false, problem: error.message });
    });
  }

  /** The other kept steps, one after the other, so that the timeline moves at once; not where one takes long. */
  async function ahead(text) {
    for (const { step } of [...store.state.points].reverse()) {
      if (store.state.text !== text || !readings.areQuick()) return;
      await readings.read(data.run, text, step).catch(() => {});
    }
  }
  return { useText, stop: () => history.stop() };
}

/** What is chosen goes into the address, a moment after the last choice. */
function rememberView(store, setState) {
  let told = "";
  let timer = 0;
  store.watch(["selected", "follows", "locked", "text", "against", "colour", "now"], ({ run, points, selected, follows, locked, text, against, colour, now }) => {
    if (!now) return;
    const view = {
      run, text: text || null, token: locked, step: follows ? null : points[selected]?.step ?? null, colour: colour === "change" ? colour : null,
      other: against && against.run !== run ? against.run : null, then: against && !against.byItself ? against.step : null,
    };
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (JSON.stringify(view) === told) return;
      told = JSON.stringify(view);
      setState("view", view);
    }, 400);
  });
}
