/** The split of a text: where the validation part lies, and what of it stands in the training part too. */
import { element, setText } from "../kit/dom.js";
import { mount } from "../kit/mount.js";
import { createStore } from "../kit/store.js";
import { t } from "../kit/words.js";
import { splitCaption, stripReading } from "./captions.js";
import { createLeaks } from "./leaks.js";
import { createTable } from "./table.js";

export default mount((root, { data }) => {
  const store = createStore({ data, place: null }, { name: "split" });
  const problem = element("p", { class: "notice", role: "status" });
  const whole = element("div", { class: "whole" }, createStrip(store), createLeaks(store), createTable(store));
  store.watch(["data"], ({ data }) => {
    problem.hidden = !data.problem;
    whole.hidden = Boolean(data.problem);
    setText(problem, data.problem);
  });
  root.replaceChildren(problem, whole);
  store.redrawAll();
  return {
    update(next) { store.set({ data: next, place: null }); },
    dispose: () => store.stop(),
  };
});

/** The text from its beginning to its end, drawn as one band; the validation part is marked where it lies. */
function createStrip(store) {
  const reading = element("p", { class: "note reading", aria: { live: "polite" } });
  const band = element("div", { class: "band", role: "img", tabindex: "0" });
  const caption = element("p", { class: "caption" });
  store.watch(["data"], ({ data }) => {
    if (data.problem) return;
    band.replaceChildren(...data.strips.map((share, place) => {
      const strip = element("span", { class: "strip", onpointerenter: () => store.set({ place }) });
      strip.style.setProperty("--share", `${share * 100}%`);
      return strip;
    }));
    band.setAttribute("aria-label", splitCaption(data));
    setText(caption, splitCaption(data));
  });
  store.watch(["data", "place"], ({ data, place }) => {
    setText(reading, data.problem || place === null ? t("hover the band to read it") : stripReading(data, place));
  });
  band.addEventListener("pointerleave", () => store.set({ place: null }));
  band.addEventListener("blur", () => store.set({ place: null }));
  band.addEventListener("keydown", (event) => {
    const last = store.state.data.strips.length - 1;
    const at = store.state.place ?? -1;
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: last, Escape: null }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    store.set({ place: to === null ? null : Math.max(0, Math.min(last, to)) });
  });
  const key = element("p", { class: "key note" }, element("span", { class: "swatch training" }), t("to learn from"), element("span", { class: "swatch validation" }), t("to test"), element("span", { class: "spacer" }), t("beginning of the text on the left, its end on the right"));
  return element("section", { class: "panel" }, element("div", { class: "panel-heading" }, element("h2", { text: t("Where the test part lies") }), reading), band, key, caption);
}
