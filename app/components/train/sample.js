/** What the model writes at the chosen moment: its own text, line by line, with the newlines that it wrote. */
import { element, setText } from "../kit/dom.js";
import { isOver } from "../kit/series.js";
import { t } from "../kit/words.js";

export function createSample(store) {
  const moment = element("span", { class: "unit" });
  const text = element("div", { class: "sample mono", tabindex: "0", role: "region", aria: { label: t("What it writes") } });
  const panel = element("section", { class: "panel sample-panel" },
    element("div", { class: "panel-heading" }, element("h2", { text: t("What it writes") }), element("span", { class: "spacer" }), moment), text);
  store.watch(["points", "selected", "pointsKnown", "status"], ({ points, selected, pointsKnown, status }, changed) => {
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
