/** What the model writes at the chosen moment: its own text, line by line, with the newlines that it wrote. */
import { element, iconButton, setText } from "../kit/dom.js";
import { isOver } from "../kit/series.js";
import { selectPoint } from "../kit/timeline.js";
import { t } from "../kit/words.js";

export function createSample(store) {
  const moment = element("span", { class: "unit" });
  const move = (by) => {
    if (!store.state.points.length) return;
    store.set({ playing: false });
    selectPoint(store, store.state.selected + by);
  };
  const earlier = iconButton({ class: "button round small", icon: "back", text: t("An earlier moment"), onClick: () => move(-1) });
  const later = iconButton({ class: "button round small", icon: "step", text: t("A later moment"), onClick: () => move(1) });
  const text = element("div", { class: "sample mono", tabindex: "0", role: "region", aria: { label: t("What it writes") } });
  const panel = element("section", { class: "panel sample-panel" },
    element("div", { class: "panel-heading" }, element("h2", { text: t("What it writes") }), element("span", { class: "spacer" }), moment,
      element("span", { class: "sample-moves" }, earlier.button, later.button)), text);
  text.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!by) return;
    event.preventDefault();
    move(by);
  });
  store.watch(["points", "selected", "pointsKnown", "status"], ({ points, selected, pointsKnown, status }, changed) => {
    earlier.button.disabled = selected <= 0;
    later.button.disabled = selected >= points.length - 1;
    if (changed.size === 1 && changed.has("status") && points.length) return;
    const point = points[selected];
    setText(moment, point ? t("at step {step}", { step: point.step }) : "");
    if (point) text.replaceChildren(...sampleLines(point.sample));
    else text.replaceChildren(element("span", { class: "note", text: pointsKnown && status ? emptyWords(status) : "" }));
  });
  return { panel };
}

function sampleLines(sample) {
  const lines = sample.split("\n");
  return lines.map((line, index) => element("div", { class: "sample-line", dir: "auto", text: line },
    ...(index < lines.length - 1 ? [element("span", { class: "muted", aria: { hidden: "true" }, text: "↵" })] : [])));
}

const emptyWords = (status) => (isOver(status) ? t("It kept no sample.") : t("Its first words appear a few seconds after the start."));
