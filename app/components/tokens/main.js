/** The page "How does text become numbers?": a text field, its tokens, their numbers, and one word cut step by step. */
import { element } from "../kit/dom.js";
import { mount } from "../kit/mount.js";
import { createStore } from "../kit/store.js";
import { t } from "../kit/words.js";
import { createChips } from "./chips.js";
import { createCounts, createRows } from "./counts.js";
import { createSteps } from "./steps.js";
import { createTyping } from "./typing.js";

export default mount((root, { data, setState }) => {
  const store = createStore({ data, show: "both", hovered: null, locked: data.focus, step: null, waiting: false }, { name: "tokens" });
  const typing = createTyping({
    text: data.text, focus: data.focus, serial: data.serial,
    send: (typed) => setState("typed", typed), waiting: (waiting) => store.set({ waiting }),
  });
  const field = element("textarea", {
    class: "field", rows: "3", spellcheck: "false", aria: { label: t("Text to cut into tokens") }, placeholder: t("Write or paste any text, in any language"),
  });
  field.value = data.text;
  field.dir = directionOf(data.text);
  field.addEventListener("input", () => {
    field.dir = directionOf(field.value);
    store.set({ locked: null, step: null });
    typing.change(field.value);
  });
  const steps = createSteps(store);
  root.replaceChildren(
    element("div", { class: "bench" },
      element("div", { class: "bench-main" }, field, createChips(store), steps.panel),
      element("div", { class: "bench-side" }, createCounts(store), createRows(store))));
  store.watch(["locked"], ({ locked }) => typing.focus(locked));
  store.redrawAll();
  return {
    update(next) {
      typing.answered(next.serial);
      // A stale answer is drawn too while fingers fly: better the text of a moment ago than a frozen picture.
      store.set({ data: next, ...(next.run === store.state.data.run ? {} : { locked: null, step: null }) });
    },
    themeChanged() {},
    dispose() {
      typing.dispose();
      steps.dispose();
      store.stop();
    },
  };
});

/** Right to left where the first letter is Hebrew, Arabic or alike. The attribute dir="auto" would do the same, but takes
 *  Chromium more than a minute on a megabyte of short lines. */
function directionOf(text) {
  return /^\P{L}*[\u0590-\u08FF\uFB1D-\uFEFC]/u.test(text.slice(0, 200)) ? "rtl" : "ltr";
}
