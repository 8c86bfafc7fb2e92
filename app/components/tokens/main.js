/** The playground of "How does text become numbers?": a text field, its tokens, their numbers, and one word cut step by step. */
import { element, setText } from "../kit/dom.js";
import { mount } from "../kit/mount.js";
import { createStore } from "../kit/store.js";
import { t } from "../kit/words.js";
import { createChips } from "./chips.js";
import { createCounts, createRows } from "./counts.js";
import { createField } from "./field.js";
import { createPitfalls } from "./pitfalls.js";
import { createSteps } from "./steps.js";
import { createTyping } from "./typing.js";

const NOTHING = {
  kind: "", vocab_size: 0, context: 1, cut: 0, tokens: [], starts: [0], rows: [], uncovered: [], part: "", text: "",
  counts: { tokens: 0, characters: 0, words: 0, bytes: 0, distinct: 0 }, steps: [{ name: "characters", pieces: [], ids: null }],
};

export default mount((root, { data, setState }) => {
  const { base, source, text, focus } = data;
  const store = createStore({ data: NOTHING, source, show: "both", hovered: null, locked: focus, step: null, waiting: true, examples: [], example: null }, { name: "tokens" });
  const problem = element("p", { class: "notice", role: "alert", hidden: true });
  const say = (sentence) => { problem.hidden = !sentence; setText(problem, sentence); };
  const typing = createTyping({
    base, source, text, focus, failed: say, waiting: (waiting) => store.set({ waiting }), remember: (typed) => setState("typed", typed),
    answered: (answer) => { say(""); store.set({ data: answer }); },
  });
  const changed = (next) => {
    store.set({ locked: null, step: null });
    typing.change(next);
  };
  const field = createField({ text, label: t("Text to cut into tokens"), changed: (next) => { store.set({ example: null }); changed(next); }, left: typing.left });
  const steps = createSteps(store);
  const pitfalls = createPitfalls(store, { base, fill: (example) => { field.fill(example); changed(example); } });
  root.replaceChildren(
    element("div", { class: "bench" },
      element("div", { class: "bench-main" }, field.node, pitfalls.panel, problem, createChips(store, base), steps.panel),
      element("div", { class: "bench-side" }, createCounts(store), createRows(store))));
  store.watch(["locked"], ({ locked }) => typing.focus(locked));
  store.redrawAll();
  return {
    update(next) {
      if (JSON.stringify(next.source) === JSON.stringify(store.state.source)) return;
      store.set({ source: next.source, locked: null, step: null });
      typing.use(next.source);
    },
    themeChanged() {},
    dispose() {
      typing.dispose();
      steps.dispose();
      pitfalls.dispose();
      store.stop();
    },
  };
});
