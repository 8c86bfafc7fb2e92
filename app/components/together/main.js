/** Two models write side by side from one prompt and the same draws: one store, two texts, the choice in hand below. */
import { createNumbers } from "../inside/numbers.js";
import { element, prefersReducedMotion, segmented, setText } from "../kit/dom.js";
import { mountForRun } from "../kit/mount.js";
import { createStore } from "../kit/store.js";
import { readPalette } from "../kit/theme.js";
import { tellView } from "../kit/view.js";
import { t } from "../kit/words.js";
import { createContrast } from "./contrast.js";
import { createDetail } from "./detail.js";
import { createForm, promptNotes } from "./form.js";
import { createModelPicker, earlier } from "./models.js";
import { createPieces } from "./pieces.js";
import { createTransport } from "./transport.js";
import { createValues } from "./values.js";
import { partsOf } from "./views.js";

const LARGE = 1.35;
const FIELDS = ["count", "temperature", "top_k", "top_p", "seed"];

export default mountForRun(start);

function start(root, data, setState) {
  const store = createStore({
    rows: [], texts: [{}, {}], models: null, settings: {}, sameTokens: true, at: -1, side: [1, 2].includes(data.side) && (data.side === 1 || data.alpha !== null) ? data.side : 0, third: null, playing: false, wanted: data.choice ?? null,
    colouring: data.colouring || "own", palette: readPalette(root), scale: data.large ? LARGE : 1, busy: false, problem: "",
  }, { name: "together" });
  const { state, set } = store;
  const asked = { step: data.step, other: data.other || data.run, other_step: data.other_step };
  const pieces = createPieces({
    base: data.base, run: data.run, question: "pair", received: take, waiting: (busy) => set({ busy }), failed: (problem) => set({ problem }),
  });
  const contrast = createContrast({
    base: data.base, run: data.run, alpha: data.alpha, onChange: askThird, onRows: (third) => set(third ? { third } : { third, side: Math.min(state.side, 1) }),
  });
  const form = createForm({ fields: FIELDS, start: data, onAsk: write });
  const pickers = ["A", "B"].map((letter, side) => createModelPicker({
    letter, runs: data.runs, fixed: side === 0, base: data.base,
    onChoose({ run, step }) {
      if (side === 0) asked.step = step;
      else [asked.other, asked.other_step] = [run, step];
      write();
    },
  }));
  const show = (at) => set({ at: Math.min(Math.max(at, -1), state.rows.length - 1) });
  const transport = createTransport({
    label: t("Token"), onSeek: show, onPlay: (playing) => set({ playing }),
    tick() {
      if (state.at + 1 < state.rows.length) show(state.at + 1);
      else if (!state.busy) set({ playing: false });
    },
    keys: { ArrowUp: () => set({ side: Math.max(state.side - 1, 0) }), ArrowDown: () => set({ side: Math.min(state.side + 1, state.third?.rows.length ? 2 : 1) }) },
  });
  const colouring = segmented({
    label: t("Colour of the tokens"), chosen: state.colouring, onChoose: (value) => set({ colouring: value }),
    choices: [{ value: "own", text: t("its own probability") }, { value: "other", text: t("the other’s probability") }, { value: "same", text: t("would the other choose the same?") }],
  });
  const origin = createNumbers({ base: data.base, run: () => data.run, palette: () => readPalette(root) });
  const parts = partsOf({ origin, pickers, colouring, detail: createDetail({ origin }), values: createValues(), transport, contrast, onChoose: (side, at) => set({ side, at, playing: false }) });
  root.replaceChildren(element("section", { class: "together quiet", aria: { label: t("Two at once") } }, form.node, parts.node, ...origin.foot));

  /** Ask anew for both texts, from the form and the models that stand in the columns. */
  function write() {
    const { temperature, top_k, top_p, seed } = form.values();
    set({ settings: { temperature, top_k, top_p, seed }, rows: [], texts: [{}, {}], at: -1, playing: !prefersReducedMotion() && state.wanted === null, problem: "" });
    pieces.ask({ ...form.values(), ...asked });
    askThird();
  }

  function askThird() {
    contrast.ask({ ...form.values(), ...asked });
  }

  function take(answer) {
    const rows = [...state.rows.slice(0, answer.have), ...answer.rows];
    const texts = state.texts.map((known, side) => ({ ...known, ...answer.texts[side] }));
    const at = state.wanted !== null ? Math.min(state.wanted, rows.length - 1) : state.playing ? Math.max(state.at, 0) : rows.length - 1;
    set({ rows, texts, at, models: answer.models, sameTokens: answer.sameTokens, sameModel: asked.other === data.run && asked.other_step === asked.step, wanted: answer.left ? state.wanted : null });
    form.show({ text: answer.models[0].text, busy: answer.left, notes: promptNotes(answer.models[0]) });
  }

  store.watch(null, (now) => parts.draw(now));
  store.watch(["at", "side"], origin.close); // that number is no longer in view
  store.watch(["busy", "problem", "models"], ({ busy, problem, models }) => form.show({ busy, problem, notes: models ? promptNotes(models[0]) : [] }));
  const viewOf = ({ at, side, colouring, playing, busy, rows }) => (rows.length && !playing && !busy ? { ...form.values(), ...asked, alpha: contrast.alpha(), choice: at, side, colouring } : null);
  const stopAddress = tellView(store, ["at", "side", "colouring", "playing", "busy", "rows", "third"], viewOf, (view) => setState("view", { run: data.run, ...view }));

  /** The newest model beside an early one of the same run, or another run where it kept one model alone, unless the address says otherwise. */
  async function open() {
    const nearest = (wish) => (steps) => (steps.includes(wish) ? wish : steps.at(-1) ?? null);
    asked.step = await pickers[0].offer(data.run, nearest(data.step));
    const early = (steps) => (asked.other === data.run && asked.other_step === null ? earlier(steps) : nearest(asked.other_step)(steps));
    asked.other_step = await pickers[1].offer(asked.other, early);
    const another = data.runs.find(({ id }) => id !== data.run);
    if (!data.other && asked.other_step === asked.step && another) {
      asked.other = another.id;
      asked.other_step = await pickers[1].offer(another.id, nearest(null));
    }
    write();
  }
  open();
  return {
    run: data.run,
    themeChanged: () => set({ palette: readPalette(root) }),
    update: ({ large }) => requestAnimationFrame(() => set({ scale: large ? LARGE : 1, palette: readPalette(root) })),
    dispose() {
      [origin.stop, pieces.stop, contrast.stop, transport.stop, parts.stop, stopAddress, store.stop].forEach((stop) => stop());
    },
  };
}

/** Tell Python the view once it rests, so that its address opens exactly this picture. Returns its stop. */
