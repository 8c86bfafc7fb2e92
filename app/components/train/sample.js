/** What the model writes at the chosen moment: a tab for each moment with a sample, and the text with its own newlines. */
import { element, setText } from "../kit/dom.js";
import { isOver } from "../kit/series.js";
import { selectPoint } from "../kit/timeline.js";
import { t } from "../kit/words.js";

const TEXT_ID = "sample-text";

export function createSample(store) {
  const moment = element("span", { class: "unit" });
  const tabs = element("div", { class: "sample-tabs", role: "tablist", aria: { label: t("What it wrote, by step") } });
  const text = element("div", { class: "sample mono", id: TEXT_ID, tabindex: "0", role: "tabpanel", aria: { label: t("What it writes") } });
  const panel = element("section", { class: "panel sample-panel" },
    element("div", { class: "panel-heading" }, element("h2", { text: t("What it writes") }), element("span", { class: "spacer" }), moment), tabs, text);
  let spoken = []; // the steps that have a tab

  function go(place) {
    const step = spoken[Math.max(0, Math.min(spoken.length - 1, place))];
    store.set({ playing: false });
    selectPoint(store, store.state.points.findIndex((point) => point.step === step));
    tabs.querySelector(`[data-step="${step}"]`)?.focus();
  }

  tabs.addEventListener("keydown", (event) => {
    const at = spoken.indexOf(Number(event.target.dataset?.step));
    const places = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: spoken.length - 1 };
    if (at < 0 || !Object.hasOwn(places, event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    go(places[event.key]);
  });

  store.watch(["points", "selected", "pointsKnown", "status"], ({ points, selected, pointsKnown, status }, changed) => {
    if (changed.size === 1 && changed.has("status") && points.length) return;
    const said = points.filter(({ sample }) => sample).map(({ step }) => step);
    if (String(said) !== String(spoken)) {
      spoken = said;
      tabs.replaceChildren(...spoken.map((step) => tabOf(step, () => go(spoken.indexOf(step)))));
    }
    const point = lastSpoken(points, selected);
    setText(moment, point ? t("at step {step}", { step: point.step }) : "");
    for (const tab of tabs.children) {
      const mine = Number(tab.dataset.step) === point?.step;
      tab.setAttribute("aria-selected", String(mine));
      tab.tabIndex = mine ? 0 : -1;
    }
    if (point) text.replaceChildren(...sampleLines(point.sample));
    else text.replaceChildren(element("span", { class: "note", text: pointsKnown && status ? emptyWords(status) : "" }));
  });
  return { panel };
}

/** The newest sample up to the chosen moment: evaluations between two samples wrote nothing. */
export function lastSpoken(points, selected) {
  for (let place = selected; place >= 0; place -= 1) if (points[place]?.sample) return points[place];
  return null;
}

const tabOf = (step, onClick) =>
  element("button", { type: "button", class: "sample-tab", role: "tab", "data-step": String(step), aria: { controls: TEXT_ID, label: t("step {step}", { step }) }, text: String(step), on: { click: onClick } });

function sampleLines(sample) {
  const lines = sample.split("\n");
  return lines.map((line, index) => element("div", { class: "sample-line", dir: "auto", text: line },
    ...(index < lines.length - 1 ? [element("span", { class: "muted", aria: { hidden: "true" }, text: "↵" })] : [])));
}

const emptyWords = (status) => (isOver(status) ? t("It kept no sample.") : t("Its first words appear a few seconds after the start."));
