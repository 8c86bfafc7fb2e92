/** Who asks for texts: begins a tree, grows a branch, and takes in what comes; one text at a time, until it is cancelled. */
import { stream } from "./stream.js";
import { addBranch, append, createTree, stepsOf } from "./tree.js";
import { viewOf } from "./writing.js";

const FEWEST = 10; // tokens that a branch is written on by, however late it leaves

export function createWriter(store, base) {
  const { state, set } = store;
  let stop = () => {};
  let draft = null; // of the tree in view: its prompt stays the same in all branches

  /** `grow(begin)` gives the tree and the branch that take what comes, once the server has begun. */
  function ask(wish, grow, opening = {}) {
    if (opening.stays !== undefined && opening.stays < state.writing.steps.length) set({ choice: opening.stays });
    cancel();
    set({ busy: true, problem: "", end: null, playing: false, follows: opening.stays === undefined });
    let place = null;
    const { run, at, seed, settings } = state;
    const wished = { run, step: at, prompt: draft.prompt, stops: draft.stops, seed, ...settings, ...wish };
    stop = stream(base, wished, (events) => {
      for (const event of events) {
        if (event.kind === "begin") place = grow(event);
        if (event.kind === "choice") append(place.tree, place.branch, event, settings);
        if (event.kind === "refused") set({ busy: false, problem: event.error });
        if (event.kind === "end") {
          place.branch.end = event;
          set({ busy: false, end: event });
        }
      }
      if (place) show(place, events.at(-1).kind === "end" ? opening : {});
    });
  }

  /** The branch in view grows; the choice goes along with its end, unless the reader looks at another. */
  function show({ tree, branch }, opening) {
    const writing = viewOf(tree, branch);
    if (!writing.steps.length) return;
    const last = writing.steps.length - 1;
    const next = opening.choice ?? (opening.interesting ? interesting(writing.steps) : last);
    const choice = Math.min(state.follows ? next : state.choice, last);
    set({ writing, choice, ...(choice === state.choice ? {} : { rolls: [], locked: null, hovered: null }) });
  }

  function cancel() {
    stop();
    if (state.busy) set({ busy: false, end: { why: "cancel" } });
  }

  return {
    cancel,
    /** A new text from a prompt. It opens at `choice`; without one, at its most telling choice the first time. */
    write(next, { choice = null } = {}) {
      draft = next;
      const opening = state.writing ? {} : { choice, interesting: true };
      set({ seed: next.seed });
      ask({ count: next.count }, (begin) => {
        const tree = createTree({ ...begin, promptText: next.prompt });
        return { tree, branch: addBranch(tree, { sampling: state.settings }) };
      }, opening);
    },
    /** Another token (`putIn`: [id]) or text at a choice; what follows is written anew, while the choice stays in view. */
    branch(choice, putIn) {
      const { tree, steps } = state.writing;
      const rest = Math.max(FEWEST, draft.count - choice - 1);
      const given = steps.slice(0, choice).map(({ id }) => id);
      const grow = () => ({ tree, branch: addBranch(tree, { parent: steps[choice].branch, from: choice, sampling: state.settings }) });
      ask({ given, put_in: putIn, count: rest }, grow, { stays: choice });
    },
    /** The text in view, written on from its end. */
    goOn(count) {
      const { tree, branch, steps } = state.writing;
      ask({ given: steps.map(({ id }) => id), count }, () => ({ tree, branch }));
    },
    /** An explored branch in view, at one of its choices. */
    visit(branch, choice) {
      const { tree } = state.writing;
      const last = stepsOf(tree, branch).length - 1;
      set({ writing: viewOf(tree, branch), choice: Math.min(Math.max(choice, 0), last), rolls: [], locked: null, hovered: null, playing: false, end: branch.end, follows: false });
    },
    /** What the page remembered of a tree that is in view again. */
    resume: (remembered) => { draft = remembered; },
  };
}

/** Where the page opens: the most open choice of the middle third, with some text before it. */
function interesting(steps) {
  const first = Math.floor(steps.length / 3);
  const end = Math.max(first + 1, Math.floor((2 * steps.length) / 3));
  return steps.slice(first, end).reduce((best, { written }, index) => (written.entropy > steps[best].written.entropy ? first + index : best), first);
}
