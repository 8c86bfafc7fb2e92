/** The section "Where it is wrong" of the page Loss: by place, class and frequency of the token, and how well it knows. */
import { apiAddress } from "../kit/address.js";
import { fetchAnswer } from "../kit/ask.js";
import { element, setText } from "../kit/dom.js";
import { count, fixed, number } from "../kit/format.js";
import { live, mountForRun } from "../kit/mount.js";
import { createStore } from "../kit/store.js";
import { readPalette } from "../kit/theme.js";
import { TIMELINE_STATE, addPoints, createTimeline, selectStep } from "../kit/timeline.js";
import { t } from "../kit/words.js";
import { createAgainst } from "../surprise/against.js";
import { nameOf } from "../surprise/captions.js";
import { createAnswers } from "./answers.js";
import { createCalibration } from "./calibration.js";
import { classesPanel } from "./classes.js";
import { createColumns } from "./columns.js";
import { frequencySpec, positionSpec, topSpec } from "./specs.js";
import { createTable } from "./table.js";
import { createThrough } from "./through.js";

export default mountForRun(start, { other: "" });

function start(root, data, setState) {
  const store = createStore({
    ...TIMELINE_STATE, lastStep: data.steps, run: data.run, runName: data.name, now: null, then: null, progress: null, problem: "", readSteps: 0,
    against: data.other ? { run: data.other, step: data.then ?? -1 } : data.then === null ? null : { run: data.run, step: data.then }, palette: readPalette(root), width: 0,
  }, { name: "wrong" });
  const answers = createAnswers(data.base);
  const timeline = createTimeline(store, { ready: () => store.state.progress === null });
  const charts = [
    [createColumns({ title: t("By place in the context"), about: t("loss, by how many tokens were read before it") }), positionSpec],
    [createColumns({ title: t("By frequency in the training text"), about: t("loss, by how often training met the token: that often or more") }), frequencySpec],
    [createColumns({ title: t("Right among its first k choices"), about: t("share of tokens, by k"), share: true }), topSpec],
  ];
  const calibration = createCalibration(store);
  const through = createThrough(store, answers);
  const [position, frequency, top] = charts.map(([chart]) => chart.panel);
  root.replaceChildren(element("section", { class: "wrong", aria: { label: t("Where it is wrong") } },
    createHead(store, createAgainst(store, data.base)),
    element("div", { class: "panels" }, classesPanel(store), calibration, position, frequency, top, through), createTable(store), timeline.bar));
  store.watch(["now", "then", "palette", "width"], (state) => {
    for (const [chart, spec] of charts) chart.draw(state.now ? spec(state) : null, state.palette);
  });
  follow(store, answers, data);
  rememberView(store, setState);
  return live(root, store, { run: data.run, stops: [answers.stop, timeline.dispose] });
}

/** What is measured of what, as one line of figures; the bar says how far it is. */
function createHead(store, against) {
  const body = element("tbody");
  const heads = [t("read by"), t("tokens"), t("nats per token"), t("perplexity"), t("bits per byte")];
  const bar = element("progress", { class: "progress", max: "1", aria: { label: t("How much has been read") } });
  const said = element("p", { class: "note", role: "status" });
  store.watch(["now", "then", "progress", "problem"], (state) => {
    body.replaceChildren(...[state.now, state.then].filter(Boolean).map((answer, place) => element("tr", {}, element("th", { scope: "row" }, element("span", { class: `mark series-${place}` }), nameOf(answer, state)),
      [String(answer.n), `${fixed(answer.loss, 3)} ± ${fixed(answer.error, 3)}`, number(Math.exp(answer.loss)), fixed(answer.bitsPerByte, 3)].map((text) => element("td", { text })))));
    bar.style.visibility = state.progress ? "visible" : "hidden";
    if (state.progress) bar.value = state.progress.tokens / (state.progress.tokens + state.progress.left || 1);
    setText(said, state.problem || (state.now ? wordSample(state) : t("The model reads its validation text …")));
    said.classList.toggle("problem", Boolean(state.problem));
  });
  return element("div", { class: "whole" }, element("div", { class: "table-frame" },
    element("table", { class: "figures" }, element("thead", {}, element("tr", {}, heads.map((text) => element("th", { text, scope: "col" })))), body)), against, bar, said);
}

function wordSample({ now, then }) {
  const values = { tokens: count(now.n), of: count(now.of), windows: now.windows, context: now.context, title: now.title, seconds: number(now.seconds) };
  const text = now.own ? t("{tokens} of the {of} tokens that were kept aside from “{title}”, in {windows} windows of {context} spread evenly, read in {seconds} s. ± and thin lines: one standard error of the mean, as if tokens were independent; neighbours are not quite, so the true error is a little larger.", values)
    : t("This model’s own text is not here: {tokens} of the {of} tokens of a part of “{title}”, in {windows} windows of {context}, read in {seconds} s. ± and thin lines: one standard error of the mean, as if tokens were independent.", values);
  return then && then.vocabulary !== now.vocabulary ? `${text} ${t("The two have different tokens: only bits per byte can be compared as they stand.")}` : text;
}

/** Keeps `now` and `then` what the timeline and the choice beside ask for. */
function follow(store, answers, data) {
  fetchAnswer(apiAddress(data.base, "checkpoints", { run: data.run })).then(({ steps }) => {
    if (!steps.length) store.set({ problem: t("This run has saved no model yet. Wait for its first checkpoint, then try again.") });
    addPoints(store, steps.map((step) => ({ step, val_loss: null })));
    if (data.step !== null && steps.length) selectStep(store, data.step);
  }, (error) => store.set({ problem: error.message }));

  const newest = {};
  async function take(name, run, step) {
    const key = `${run} ${step}`;
    newest[name] = key;
    const done = answers.known(run, step);
    if (done) { store.set({ [name]: done, problem: "", progress: null }); return; }
    store.set({ progress: { tokens: 0, left: 1 } });
    try {
      const answer = await answers.read(run, step, (part) => { if (newest[name] === key) store.set({ [name]: part, progress: part }); });
      if (newest[name] === key) store.set({ [name]: answer, progress: null, problem: "", readSteps: store.state.readSteps + 1 });
    } catch (error) {
      if (newest[name] === key && error.name !== "AbortError") store.set({ [name]: null, progress: null, problem: error.message });
    }
  }

  store.watch(["points", "selected"], ({ points, selected }) => { if (points[selected]) take("now", data.run, points[selected].step); });
  store.watch(["against", "points"], ({ against, points }) => {
    if (!against) { newest.then = ""; store.set({ then: null }); return; }
    if (points.length) take("then", against.run, against.step);
  });
}

/** What is chosen goes into the address, a moment after the last choice. */
function rememberView(store, setState) {
  let told = "";
  let timer = 0;
  store.watch(["selected", "follows", "against", "now"], ({ run, points, selected, follows, against, now }) => {
    if (!now) return;
    const view = { run, step: follows ? null : points[selected]?.step ?? null, other: against && against.run !== run ? against.run : null, then: against && against.step >= 0 ? against.step : null };
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (JSON.stringify(view) === told) return;
      told = JSON.stringify(view);
      setState("view", view);
    }, 400);
  });
}
