/** What the reader can do: move, play, hold a candidate, set, write anew; by hand, by key, by the clock. */
import { isTyping } from "../kit/dom.js";
import { createClock } from "./playback.js";
import { ROLLS } from "./reroll.js";
import { seededDraws } from "./sampling.js";

export function createActions(store, setState) {
  const { state, set } = store;
  const last = () => state.writing.steps.length - 1;
  const show = (choice) => {
    const next = Math.min(Math.max(choice, 0), last());
    if (next !== state.choice) set({ choice: next, hovered: null, locked: null, rolls: [] });
  };
  const seek = (choice) => {
    set({ playing: false });
    show(choice);
  };
  return {
    seek,
    move: (shift) => seek(state.choice + shift),
    play() {
      if (!state.playing && state.choice === last()) show(0);
      set({ playing: !state.playing });
    },
    tick: () => (state.choice === last() ? set({ playing: false }) : show(state.choice + 1)),
    hover: (id) => set({ hovered: id }),
    lock: (id, keep = false) => set({ locked: !keep && id === state.locked ? null : id }),
    release: () => set({ locked: null, hovered: null }),
    change: (key, value) => set({ settings: { ...state.settings, [key]: value } }),
    reset: () => set({ settings: { ...state.writing.sampling } }),
    roll: () => set({ rolls: seededDraws(state.rollSeed + 1, ROLLS), rollSeed: state.rollSeed + 1 }),
    /** Which kept model writes from now on; null: the newest. */
    use: (step) => set({ at: step }),
    /** Ask Python for a new writing; `asked` tells its answer from an earlier one. A state, for a trigger would be lost
     *  if another message interrupted the answer. */
    write(draft) {
      const { temperature, topK, topP } = state.settings ?? { temperature: 0.8, topK: null, topP: 1 };
      set({ busy: true, problem: "" });
      setState("write", { ...draft, step: state.at, temperature, top_k: topK, top_p: topP, asked: `${Date.now()}` });
    },
  };
}

/** Play at the pace of the store. Returns its stop. */
export function runClock(store, actions) {
  const clock = createClock(actions.tick);
  store.watch(["playing", "speed"], ({ playing, speed }) => {
    clock.pace(speed);
    if (playing) clock.start();
    else clock.stop();
  });
  return clock.stop;
}

/** Space plays and arrows move, wherever the focus is, unless it is where such a key has a meaning of its own. */
export function listenToKeys(store, actions) {
  const keys = { " ": actions.play, ArrowLeft: () => actions.move(-1), ArrowRight: () => actions.move(1), Escape: actions.release };
  const onKey = (event) => {
    const target = event.composedPath()[0];
    if (!store.state.writing || !keys[event.key] || event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
    const slides = target instanceof HTMLInputElement && target.type === "range" && event.key === " ";
    if (isTyping(event) && !slides) return;
    if (event.key === " " && target.closest?.("button, summary, a, [role=button], [role=tab], [role=radio]")) return;
    event.preventDefault();
    keys[event.key]();
  };
  document.addEventListener("keydown", onKey);
  return () => document.removeEventListener("keydown", onKey);
}
