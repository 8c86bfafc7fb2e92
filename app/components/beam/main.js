/** Beam search: one store, the tree, the sentence of the node in hand, three texts to compare, and all values. */
import { withNumbers } from "../inside/asked.js";
import { asked, createNumbers, figure } from "../inside/numbers.js";
import { element, prefersReducedMotion, segmented, setText } from "../kit/dom.js";
import { fixed } from "../kit/format.js";
import { mountForRun } from "../kit/mount.js";
import { createStore } from "../kit/store.js";
import { tokenSpan } from "../kit/tokens.js";
import { readPalette } from "../kit/theme.js";
import { tellView } from "../kit/view.js";
import { t } from "../kit/words.js";
import { createForm, promptNotes } from "../together/form.js";
import { createPieces } from "../together/pieces.js";
import { createTransport } from "../together/transport.js";
import { createValues } from "../together/values.js";
import { comparedWords, dullWords, fateName, nodeNumbers, nodeWords, penaltyWords } from "./captions.js";
import { askedPath, greedyInTree, nodesUpTo, pathTo, textOf } from "./reading.js";
import { createTexts } from "./texts.js";
import { createTree } from "./tree.js";

const LARGE = 1.35;
const MOST = 24; // tokens
const ENDS = ["never", "line", "sentence"];

export default mountForRun(start);

function start(root, data, setState) {
  const store = createStore({
    rows: [], about: null, at: -1, chosen: null, ends: ENDS.includes(data.ends) ? data.ends : "never", playing: false, wanted: data.choice ?? null,
    scale: data.large ? LARGE : 1, busy: false, problem: "",
  }, { name: "beam" });
  const { state, set } = store;
  const pieces = createPieces({ base: data.base, run: data.run, question: "beam", received: take, waiting: (busy) => set({ busy }), failed: (problem) => set({ problem }) });
  const form = createForm({
    fields: ["width", "count", "length_penalty", "seed"], start: { ...data, count: Math.min(data.count ?? 12, MOST) }, changes: { count: { max: MOST, start: 12 } }, action: t("Search"), onAsk: write,
  });
  const ends = segmented({
    label: t("A text ends"), chosen: state.ends, onChoose(value) { set({ ends: value }); write(); },
    choices: [{ value: "never", text: t("never") }, { value: "line", text: t("with a new line") }, { value: "sentence", text: t("with a full stop") }],
  });
  const values = () => ({ ...form.values(), step: data.step, ends: state.ends });
  const show = (at) => set({ at: Math.min(Math.max(at, 0), state.rows.length - 1), chosen: null });
  const transport = createTransport({
    label: t("Token"), onSeek: show, onPlay: (playing) => set({ playing }),
    tick() {
      if (state.at + 1 < state.rows.length) show(state.at + 1);
      else if (!state.busy) set({ playing: false });
    },
    keys: { ArrowUp: () => choose(-1), ArrowDown: () => choose(1) },
  });
  const origin = createNumbers({ base: data.base, run: () => data.run, palette: () => readPalette(root) });
  const view = createView({ onChoose: (chosen) => set({ chosen, playing: false }), transport, ends, origin });
  root.replaceChildren(element("section", { class: "together beam quiet", aria: { label: t("Beam search") } }, form.node, view.node, ...origin.foot));

  function write() {
    set({ rows: [], about: null, at: -1, chosen: null, playing: !prefersReducedMotion() && state.wanted === null, problem: "" });
    pieces.ask(values());
  }

  function take(answer) {
    const rows = [...state.rows.slice(0, answer.have), ...answer.rows];
    const at = state.wanted !== null ? Math.min(state.wanted, rows.length - 1) : state.playing ? Math.max(state.at, 0) : rows.length - 1;
    set({ rows, at, about: answer, wanted: answer.left ? state.wanted : null });
    form.show({ text: answer.text, busy: answer.left, notes: promptNotes(answer) });
  }

  /** The neighbour of the node in hand in its column. */
  function choose(shift) {
    const column = state.rows[state.at]?.nodes ?? [];
    const here = column.findIndex(({ id }) => id === (state.chosen ?? state.rows[state.at].best[0]));
    const next = column[Math.min(Math.max(here + shift, 0), column.length - 1)];
    if (next) set({ chosen: next.id, playing: false });
  }

  store.watch(["rows", "at", "chosen", "scale", "playing"], view.draw);
  store.watch(["at", "chosen"], origin.close); // that number is no longer in view
  store.watch(["busy", "problem"], ({ busy, problem, about }) => {
    form.show({ busy, problem, notes: about ? promptNotes(about) : [] });
    view.node.hidden = Boolean(problem) && !state.rows.length;
  });
  const viewOf = ({ at, playing, busy, rows }) => (rows.length && !playing && !busy ? { ...values(), choice: at } : null);
  const stopAddress = tellView(store, ["at", "playing", "busy", "rows"], viewOf, (view) => setState("view", { run: data.run, ...view }));
  write();
  return {
    run: data.run,
    update: ({ large }) => set({ scale: large ? LARGE : 1 }),
    dispose() {
      [origin.stop, pieces.stop, transport.stop, stopAddress, store.stop].forEach((stop) => stop());
    },
  };
}

function createView({ onChoose, transport, ends, origin }) {
  const tree = createTree({ onChoose });
  const texts = createTexts({ origin });
  const table = createValues();
  const best = element("ol", { class: "beam-best" });
  const [said, compared, dull, penalised] = [1, 2, 3, 4].map(() => element("p", { class: "caption" }));
  const bestTitle = element("h2");
  const spoken = element("div", { class: "visually-hidden", role: "status" });
  const node = element("div", { class: "beam-body" },
    element("section", { class: "panel beam-panel", aria: { label: t("The tree") } },
      element("div", { class: "panel-heading" }, element("h2", { text: t("What the beam weighs, token by token") }), legend(),
        element("span", { class: "note", text: t("each box: ln p of the token, Σ total so far; up and down keys move in a column") })),
      tree.node, said, transport.node),
    element("section", { class: "panel beam-panel", aria: { label: t("Three texts") } },
      element("h2", { text: t("Three texts of this model, with the probability of each token") }), texts.node, compared, dull),
    element("section", { class: "panel beam-panel", aria: { label: t("The best so far") } },
      element("div", { class: "panel-heading" }, bestTitle, element("span", { class: "label muted", text: t("A text ends") }), ends.group), best, penalised, table.node),
    spoken);

  function draw({ rows, about, at, chosen, scale, playing }) {
    transport.update({ at: Math.max(at, 0), last: Math.max(rows.length - 1, 0), playing, words: "" });
    node.classList.toggle("empty", !rows.length);
    if (at < 0 || !rows.length) return;
    const { penalty, width } = about;
    const nodes = nodesUpTo(rows, at);
    const winner = pathTo(nodes, rows[at].best[0]);
    const inHand = nodes.get(chosen ?? rows[at].best[0]);
    const hand = { node: inHand, before: inHand.total - inHand.nats, width, penalty };
    const words = nodeWords(hand);
    const { given, at: place } = askedPath(about, pathTo(nodes, inHand.id));
    const [greedy, drawn] = [textOf(rows, at, "greedy"), textOf(rows, at, "drawn")];
    tree.draw({ rows, at, best: winner.map(({ id }) => id), greedy: greedyInTree(rows, at), chosen: inHand.id, prompt: about.prompt, scale, words });
    said.replaceChildren(...withNumbers(words, nodeNumbers(hand, place).map(([text, key, ...each]) => [text, figure(origin, text, asked(given, key, ...each))])));
    texts.draw({
      penalty, about,
      texts: [{ name: t("beam"), mark: "★", tokens: winner }, { name: t("greedy"), mark: "G", tokens: greedy }, { name: t("drawn, temperature 1, seed {seed}", { seed: about.seed }), mark: "⚂", tokens: drawn }],
    });
    setText(compared, comparedWords({ best: winner, greedy, penalty }));
    setText(dull, dullWords({ best: winner, drawn }));
    setText(penalised, penaltyWords(about));
    setText(bestTitle, t("The {count} best after {place} tokens", { count: rows[at].best.length, place: at + 1 }));
    best.replaceChildren(...rows[at].best.map((id) => bestRow(pathTo(nodes, id), penalty, about, origin)));
    transport.update({ at, last: rows.length - 1, playing, words });
    if (!playing) setText(spoken, words);
    table.show(() => tableOf(nodes, about, origin));
  }
  return { node, draw };
}

function bestRow(path, penalty, about, origin) {
  const { total, score, fate } = path.at(-1);
  const values = { total: fixed(total), score: fixed(score), count: path.length };
  const figures = penalty > 0 ? t("ln p = {total} in {count} tokens, score {score}", values) : t("ln p = {total} in {count} tokens", values);
  const { given, at } = askedPath(about, path);
  const said = withNumbers(fate === "ended" ? `${figures}, ${t("whole")}` : figures, [["total", "beam.total"], ["score", "beam.score"]].map(([name, key]) => [values[name], figure(origin, values[name], asked(given, key, at))]));
  return element("li", {}, element("span", { class: "mono" }, path.map(({ text }) => tokenSpan(text))), element("span", { class: "note" }, said));
}

function legend() {
  const sign = (kind, text) => element("span", { class: "beam-sign" }, element("span", { class: `beam-swatch ${kind}`, aria: { hidden: "true" } }), text);
  return element("span", { class: "beam-legend note" }, sign("kept", t("kept")), sign("cut", t("cut")), sign("ended", t("whole")), element("span", { text: `★ ${t("best so far")}` }), element("span", { text: `G ${t("greedy")}` }));
}

function tableOf(nodes, about, origin) {
  const ask = (node, name, key) => {
    const { given, at } = askedPath(about, pathTo(nodes, node.id));
    return figure(origin, fixed(node[name], 4), asked(given, key, at));
  };
  return {
    heads: [t("place"), t("token"), t("text so far"), "ln p", t("total"), t("score"), t("what became of it")],
    rows: [...nodes.values()].map((node) => [
      node.depth, { token: node.text }, { token: pathTo(nodes, node.id).map(({ text }) => text).join("") }, ask(node, "nats", "beam.log"), ask(node, "total", "beam.total"), ask(node, "score", "beam.score"), fateName(node.fate),
    ]),
  };
}
