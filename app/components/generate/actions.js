/** What the reader can do: move, play, hold a candidate, set, branch, write anew; by hand, by key, by the clock. */
import { isTyping } from "../kit/dom.js";
import { createClock } from "./playback.js";
import { OTHERS, seededDraws } from "./sampling.js";
import { inRows, stepsOf } from "./tree.js";

export function createActions(store, writer) {
  const { state, set } = store;
  const last = () => state.writing.steps.length - 1;
  const show = (choice) => {
    const next = Math.min(Math.max(choice, 0), last());
    if (next !== state.choice) set({ choice: next, hovered: null, locked: null, rolls: [] });
  };
  const seek = (choice) => {
    set({ playing: false, follows: false });
    show(choice);
  };
  return {
    seek,
    move: (shift) => seek(state.choice + shift),
    play() {
      if (!state.playing && state.choice === last()) show(0);
      set({ playing: !state.playing, follows: false });
    },
    tick: () => (state.choice === last() ? set({ playing: false }) : show(state.choice + 1)),
    hover: (id) => set({ hovered: id }),
    lock: (id, keep = false) => set({ locked: !keep && id === state.locked ? null : id }),
    /** Escape: what is being written stops first, then what is held is let go. */
    release: () => (state.busy ? writer.cancel() : set({ locked: null, hovered: null })),
    change: (key, value) => set({ settings: { ...state.settings, [key]: value } }),
    reset: () => set({ settings: state.writing.steps[state.choice].sampling }),
    roll: (count) => set({ rolls: seededDraws(state.rollSeed + 1, count), rollSeed: state.rollSeed + 1 }),
    write: (draft) => writer.write(draft),
    cancel: writer.cancel,
    goOn: (count) => writer.goOn(count),
    visit: (branch, choice) => writer.visit(branch, choice),
    /** Another token here: where it was explored before, that branch; else a new one. */
    branch(id) {
      if (id === null || id === OTHERS || !state.writing) return;
      const { tree, steps } = state.writing;
      const { choice } = state;
      const parent = steps[choice].branch;
      const known = tree.branches.find(({ parent: other, from, own }) => other === parent && from === choice && own[0]?.id === id);
      if (steps[choice].id === id) show(choice);
      else if (known) writer.visit(known, choice);
      else writer.branch(choice, [id]);
    },
    /** A text of the reader's own in place of this choice. */
    putIn: (text) => writer.branch(state.choice, text),
    /** The branch above or below in the tree, at the same place of its text where it has one. */
    neighbour(shift) {
      const rows = inRows(state.writing.tree);
      const next = rows[rows.indexOf(state.writing.branch) + shift];
      if (next) writer.visit(next, Math.max(next.from, Math.min(state.choice, stepsOf(state.writing.tree, next).length - 1)));
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
    if (!keys[event.key] || event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
    if (!store.state.writing && event.key !== "Escape") return;
    const slides = target instanceof HTMLInputElement && target.type === "range" && event.key === " ";
    if (isTyping(event) && !slides) return;
    if (event.key === " " && target.closest?.("button, summary, a, [role=button], [role=tab], [role=radio]")) return;
    event.preventDefault();
    keys[event.key]();
  };
  document.addEventListener("keydown", onKey);
  return () => document.removeEventListener("keydown", onKey);
}
