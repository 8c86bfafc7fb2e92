/** The KV cache as it fills, step by step; under it, one token's time with the cache and without, measured live. */
import { element, prefersReducedMotion, setText } from "../kit/dom.js";
import { apiAddress } from "../kit/address.js";
import { fetchAnswer } from "../kit/ask.js";
import { mountForRun } from "../kit/mount.js";
import { createStore } from "../kit/store.js";
import { readPalette } from "../kit/theme.js";
import { tokenSpan } from "../kit/tokens.js";
import { tellView } from "../kit/view.js";
import { t } from "../kit/words.js";
import { createForm, promptNotes } from "../together/form.js";
import { createPieces } from "../together/pieces.js";
import { createTransport } from "../together/transport.js";
import { bytesOf, sharedWords, stepWords } from "./captions.js";
import { createNumbers, givenIds } from "../inside/numbers.js";
import { createCell } from "./cell.js";
import { contentsAt, largestOf, tokensUpTo } from "./contents.js";
import { createGrid } from "./grid.js";
import { createSpeed } from "./speed.js";

const LARGE = 1.35;
const MOST = 120;
const BEFORE = 80; // tokens of a long text that are written above the grid

export default mountForRun(start);

function start(root, data, setState) {
  const store = createStore({
    rows: [], about: null, at: -1, playing: false, wanted: data.choice ?? null, chosen: null, cell: null,
    palette: readPalette(root), scale: data.large ? LARGE : 1, busy: false, problem: "",
  }, { name: "cache" });
  const { state, set } = store;
  const pieces = createPieces({ base: data.base, run: data.run, question: "cache", received: take, waiting: (busy) => set({ busy }), failed: (problem) => set({ problem }) });
  const form = createForm({ fields: ["count", "temperature", "seed"], start: data, changes: { count: { max: MOST, start: "", empty: t("all") } }, onAsk: write });
  const values = () => ({ ...form.values(), step: data.step });
  const show = (at) => set({ at: Math.min(Math.max(at, 0), state.rows.length - 1) });
  const transport = createTransport({
    label: t("Step"), onSeek: show, onPlay: (playing) => set({ playing }),
    tick() {
      if (state.at + 1 < state.rows.length) show(state.at + 1);
      else if (!state.busy) set({ playing: false });
    },
  });
  const grid = createGrid({ onChoose: (chosen) => set({ chosen, playing: false }) });
  const origin = createNumbers({ base: data.base, run: () => data.run, palette: () => readPalette(root) });
  const cell = createCell({ origin });
  const which = element("span", { class: "note" });
  const text = element("p", { class: "window-text", aria: { label: t("The text, and what of it is in the cache") } });
  const meter = element("div", { class: "cache-meter", role: "img" }, element("span"));
  const [caption, bytes, spoken] = [element("p", { class: "caption" }), element("p", { class: "note" }), element("div", { class: "visually-hidden", role: "status" })];
  const speed = createSpeed({ base: data.base, run: data.run, values });
  const body = element("div", { class: "cache-body" },
    element("section", { class: "panel cache-panel", aria: { label: t("The cache") } },
      element("div", { class: "panel-heading" }, element("h2", { text: t("What the model keeps of each token it has read") }),
        element("span", { class: "note", text: t("K keys, V values, a pair of bands for each layer; blue: above 0, brown: below; frame: what came in this step") }), which),
      text, grid.node, caption, meter, bytes, cell.node, transport.node),
    speed.node, spoken);
  root.replaceChildren(element("section", { class: "together cache quiet", aria: { label: t("The cache") } }, form.node, body, ...origin.foot));

  function write() {
    set({ rows: [], at: -1, chosen: null, cell: null, playing: !prefersReducedMotion() && state.wanted === null, problem: "" });
    pieces.ask(values());
    speed.measure();
  }

  function take(answer) {
    const rows = [...state.rows.slice(0, answer.have), ...answer.rows];
    const at = state.wanted !== null ? Math.min(state.wanted, rows.length - 1) : state.playing ? Math.max(state.at, 0) : rows.length - 1;
    set({ rows, at, about: answer, wanted: answer.left ? state.wanted : null });
    form.show({ text: answer.text, busy: answer.left, notes: promptNotes(answer) });
  }

  store.watch(["rows", "at", "chosen", "palette", "scale", "playing"], draw);
  store.watch(["cell", "palette", "scale"], ({ cell: shown, palette }) => requestAnimationFrame(() => cell.draw(shown, palette)));
  store.watch(["palette", "scale"], ({ palette, scale }) => speed.resize({ palette, scale }));
  store.watch(["chosen", "at", "rows"], askCell);
  store.watch(["chosen", "at"], origin.close); // those numbers are no longer in view
  store.watch(["busy", "problem"], ({ busy, problem, about }) => {
    form.show({ busy, problem, notes: about ? promptNotes(about) : [] });
    body.hidden = Boolean(problem) && !state.rows.length;
  });

  let drawn = -1;
  function draw({ rows, about, at, chosen, palette, scale, playing }) {
    transport.update({ at: Math.max(at, 0), last: Math.max(rows.length - 1, 0), playing, words: "" });
    if (at < 0 || !rows.length) return;
    const contents = contentsAt(rows, at);
    const tokens = tokensUpTo(about, rows, at);
    const words = stepWords({ contents, tokens, at, context: about.context, chosen: rows[at].token });
    grid.draw({
      contents, tokens, layers: about.layers, context: about.context, numbers: about.shown, largest: largestOf(rows), chosen, palette, scale, words,
      slid: at !== drawn && at > 0 && contents.fresh > 1,
    });
    drawn = at;
    drawText(text, { contents, tokens });
    setText(caption, words);
    setText(which, t("drawn: {shown} of the {all} numbers of the first head", { shown: about.shown, all: about.headWidth }));
    const held = contents.columns.length;
    setText(bytes, `${bytesOf(about, held)} ${sharedWords(about)}`);
    meter.firstChild.style.width = `${(held / about.context) * 100}%`;
    meter.setAttribute("aria-label", t("{held} of {room} places are taken", { held, room: about.context }));
    transport.update({ at, last: rows.length - 1, playing, words });
    if (!playing) setText(spoken, words);
  }

  /** The numbers of the chosen place, as the cache has them at this step. */
  async function askCell({ rows, at, chosen }) {
    const column = chosen && rows[at] ? contentsAt(rows, at).columns.find(({ place }) => place === chosen.place) : null;
    if (!column) { set({ cell: null }); return; }
    const question = { run: data.run, ...Object.fromEntries(Object.entries(values()).filter(([, value]) => value !== null && value !== undefined && value !== "")), at: column.row, column: column.column, layer: chosen.layer };
    const found = await fetchAnswer(apiAddress(data.base, "generate/ask/column", question), { cache: "no-store" }).catch(() => null);
    if (!found || state.chosen !== chosen || state.at !== at) return;
    const token = tokensUpTo(state.about, rows, at)[chosen.place];
    set({ cell: { ...found, ...chosen, token, given: givenOf(rows, at, chosen.place), column: chosen.place - rows[at].start } });
  }

  /** The text up to this place, as the window that is in the cache begins. */
  function givenOf(rows, at, place) {
    const ids = [...state.about.promptIds, ...rows.slice(0, at + 1).map(({ id }) => id)];
    return givenIds(ids.slice(rows[at].start, place + 1), "whole", state.about.step);
  }

  const viewOf = ({ at, playing, busy, rows }) => (rows.length && !playing && !busy ? { ...values(), choice: at } : null);
  const stopAddress = tellView(store, ["at", "playing", "busy", "rows"], viewOf, (view) => setState("view", { run: data.run, ...view }));
  write();
  return {
    run: data.run,
    themeChanged: () => set({ palette: readPalette(root) }),
    update: ({ large }) => requestAnimationFrame(() => set({ scale: large ? LARGE : 1, palette: readPalette(root) })),
    dispose() {
      [origin.stop, pieces.stop, speed.stop, transport.stop, grid.stop, stopAddress, store.stop].forEach((stop) => stop());
    },
  };
}

/** The text: what slid out of the window is struck through, what came just now is ringed, the next token stands apart. */
function drawText(node, { contents, tokens }) {
  const first = Math.max(0, tokens.length - BEFORE);
  const kind = (place) => {
    if (place < contents.start) return "out";
    if (place >= contents.tokens) return "next";
    return place >= contents.tokens - contents.fresh ? "fresh" : "held";
  };
  node.replaceChildren(...(first ? [element("span", { class: "note", text: "… " })] : []), ...tokens.slice(first).map((token, at) => {
    const span = tokenSpan(token);
    span.classList.add(kind(first + at));
    return span;
  }));
}
