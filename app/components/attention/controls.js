/** Scale and sink: two ways to look at the same weights. */
import { element, segmented, setText } from "../kit/dom.js";
import { percent } from "../kit/format.js";
import { visibleToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { SCALES, scaleHint, scaleLabel } from "./display.js";
import { shownHead } from "./view.js";

export function createControls(film, store, { measureAt }) {
  const scale = segmented({
    label: t("Scale of the weights"), chosen: store.state.scale, onChoose: (value) => store.set({ scale: value }),
    choices: SCALES.map((value) => ({ value, text: scaleLabel(value) })),
  });
  const hint = element("p", { class: "note" });
  const box = element("input", { type: "checkbox", on: { change: (event) => store.set({ hideSink: event.target.checked }) } });
  box.checked = store.state.hideSink;
  const words = element("span");
  const note = element("p", { class: "note" });

  store.watch(["scale", "hideSink", "selected", "locked", "hovered", "isolated"], (state) => {
    scale.show(state.scale);
    setText(hint, scaleHint(state.scale));
    const { sink } = measureAt(state.selected, shownHead(state));
    const values = { token: visibleToken(film.tokens[sink.key]), position: sink.key, share: percent(sink.share) };
    setText(words, sink.present ? t("Hide the sink {token} at {position}", values) : t("Hide the first token {token}", values));
    setText(note, sink.present ? t("it takes {share}; the rest is rescaled to 100 %", values) : t("no sink here: it takes {share}", values));
  });
  return element("div", { class: "controls" },
    element("div", {}, element("span", { class: "field", text: t("Scale") }), scale.group, hint),
    element("div", {}, element("span", { class: "field", text: t("Sink") }), element("label", { class: "check" }, box, words), note));
}
