/** The page "What is cross-entropy?": a run's loss over training and token by token. One store holds its state. */
import { apiAddress } from "../kit/address.js";
import { element, setText } from "../kit/dom.js";
import { mount } from "../kit/mount.js";
import { poll } from "../kit/poll.js";
import { isOver } from "../kit/series.js";
import { createStore } from "../kit/store.js";
import { readPalette } from "../kit/theme.js";
import { TIMELINE_STATE, addPoints, createTimeline, selectStep } from "../kit/timeline.js";
import { t } from "../kit/words.js";
import { createChart } from "./chart.js";
import { createRulers } from "./rulers.js";
import { appendRows, makeRun, setFacts } from "./run_data.js";
import { createSentence } from "./sentence.js";
import { createTable } from "./table.js";
import { UNITS } from "./units.js";

const PERIOD = 500;

export default mount((root, { data, setState }) => {
  let page = startPage(root, data, setState);
  return {
    update(next) {
      if (next.run !== page.run.id) {
        page.dispose();
        page = startPage(root, next, setState);
      } else if (next.facts && !page.run.facts) {
        setFacts(page.run, next.facts);
        page.store.set({ rows: page.store.state.rows + 0.5 }); // the same rows, drawn with their baselines
      }
      page.restyle();
    },
    themeChanged: () => page.restyle(),
    dispose: () => page.dispose(),
  };
});

function startPage(root, data, setState) {
  const run = makeRun(data);
  const store = createStore({
    ...TIMELINE_STATE, lastStep: data.steps, rows: 0, status: null, own: null, unit: UNITS[data.view?.unit ?? 0] ?? "nats", axis: "log", height: null, smooth: "mean", span: 5, second: null, secondRows: 0, zoom: null,
    brush: null, cursor: null, hovered: null, locked: data.view?.token ?? null, palette: readPalette(root), size: 0,
  }, { name: "loss" });
  const problem = element("p", { class: "notice", role: "status", hidden: true });
  const timeline = createTimeline(store);
  const elsewhere = t("This model was trained elsewhere, so no curve of its training is here. What each token of a text costs it can be measured:");
  const chart = data.steps ? createChart(store, run, { base: data.base, others: data.others, beside: data.view?.beside }) : null;
  root.replaceChildren(problem,
    chart ? element("div", { class: "bench" }, chart.panel, createRulers(store, run)) : element("p", { text: elsewhere }),
    createSentence(store, run, data.base), createTable(store, run), timeline.bar);
  const asking = startPolls(store, run, data, { problem, setState });
  rememberView(store, setState, data);
  const resized = new ResizeObserver(() => store.set({ size: root.clientWidth }));
  resized.observe(root);
  store.redrawAll();
  return {
    run, store,
    restyle: () => requestAnimationFrame(() => store.set({ palette: readPalette(root) })),
    dispose() {
      asking.forEach((one) => one.stop());
      chart?.stop();
      resized.disconnect();
      timeline.dispose();
      store.stop();
    },
  };
}

/** Two questions, each with its own cursor, until the run has ended and everything is here. */
function startPolls(store, run, data, { problem, setState }) {
  const address = (route, cursor) => apiAddress(data.base, route, { run: run.id, ...cursor });
  let wanted = data.view?.step ?? null;
  let askedFacts = Boolean(data.facts);
  const failed = (count) => {
    problem.hidden = count < 3;
    setText(problem, t("The server does not answer. The curves go on as soon as it does."));
  };
  const metrics = poll({
    url: () => address("metrics", { since: run.steps.at(-1) ?? -1 }), period: PERIOD, failed,
    receive(answer) {
      appendRows(run, answer);
      store.set({ rows: run.steps.length, status: answer.status, firstStep: run.steps[0] ?? 0, lastStep: answer.status.steps });
      run.lastStep = answer.status.steps;
      if (run.steps.length && !askedFacts) {
        askedFacts = true;
        setState("prepared", run.id);
      }
      return answer.steps.length > 0 || !isOver(answer.status);
    },
  });
  const history = poll({
    url: () => address("history", { after: store.state.points.at(-1)?.step ?? -1 }), period: 2 * PERIOD, failed,
    receive(answer) {
      addPoints(store, answer.points);
      if (wanted !== null && answer.points.length) {
        selectStep(store, wanted);
        wanted = null;
      }
      return answer.points.length > 0 || !isOver(store.state.status);
    },
  });
  return [metrics, history];
}

/** What is locked goes into the address: a moment that is not the newest, a token, a unit, another run. */
function rememberView(store, setState, { view }) {
  const written = ({ step, token, unit, beside }) => `${step ?? ""} ${token ?? ""} ${unit || ""} ${beside || ""}`;
  let told = written(view ?? {});
  let timer = 0;
  store.watch(["selected", "follows", "locked", "unit", "second", "playing"], ({ points, selected, follows, locked, unit, second, playing }) => {
    clearTimeout(timer);
    if (!points.length || playing) return;
    const now = { step: follows ? null : points[selected].step, token: locked, unit: UNITS.indexOf(unit) || null, beside: second?.id ?? null };
    timer = setTimeout(() => {
      if (written(now) === told) return;
      told = written(now);
      setState("view", now);
    }, 400);
  });
}
