/** What the runs of an experiment write, side by side at one step of training. */
import { apiAddress } from "../kit/address.js";
import { element, setText } from "../kit/dom.js";
import { poll } from "../kit/poll.js";
import { isOver } from "../kit/series.js";
import { t } from "../kit/words.js";
import { swatch } from "../runs/marks.js";

const PERIOD = 1500;

/** Follow the kept moments of the chosen runs into `samples`, a Map id -> [{step, sample}]; `store.moments` counts. */
export function createMoments(store, base, samples) {
  const polls = new Map();
  const isDone = (id) => isOver(store.state.rows.find((row) => row.id === id));

  function follow(id) {
    if (!samples.has(id)) samples.set(id, []);
    const kept = samples.get(id);
    let once = false; // a moment may have been kept between the last answer and the end of the run
    polls.set(id, poll({
      url: () => apiAddress(base, "history", { run: id, after: kept.at(-1)?.step ?? -1 }), period: PERIOD,
      receive({ points }) {
        kept.push(...points.map(({ step, sample }) => ({ step, sample })));
        if (points.length) store.set({ moments: store.state.moments + 1 });
        const last = once;
        once = isDone(id);
        return !(last && once && !points.length);
      },
    }));
  }

  store.watch(["chosen"], ({ chosen }) => {
    for (const [id, one] of polls) if (!chosen.includes(id)) { one.stop(); polls.delete(id); }
    for (const id of chosen) if (!polls.has(id)) follow(id);
  });
  return { stop() { for (const one of polls.values()) one.stop(); } };
}

export function createSamples(store, scene, samples) {
  const slider = element("input", { type: "range", class: "moment-slider", min: "0", step: "1", aria: { label: t("Step of training") } });
  const where = element("output", { class: "label" });
  const columns = element("div", { class: "sample-columns" });
  const panel = element("section", { class: "samples", aria: { label: t("What they write") } },
    element("div", { class: "panel-heading" }, element("h2", { text: t("What they write") }), element("span", { class: "spacer" }), where, slider), columns);
  slider.addEventListener("input", () => {
    const steps = stepsOf(store.state.chosen, samples);
    const at = Number(slider.value);
    store.set({ moment: at >= steps.length - 1 ? null : steps[at] });
  });
  store.watch(["moments", "moment", "chosen", "rows"], ({ chosen, moment }) => {
    const steps = stepsOf(chosen, samples);
    panel.hidden = !chosen.length;
    const step = moment !== null && steps.includes(moment) ? moment : steps.at(-1);
    slider.max = String(Math.max(0, steps.length - 1));
    slider.disabled = steps.length < 2;
    slider.value = String(Math.max(0, steps.indexOf(step)));
    const said = step === undefined ? t("Their first words appear a few seconds after the start.") : t("at step {step}", { step });
    setText(where, said);
    slider.setAttribute("aria-valuetext", said);
    show(columns, scene().entries, samples, step);
  });
  return panel;
}

const stepsOf = (chosen, samples) => [...new Set(chosen.flatMap((id) => (samples.get(id) ?? []).map(({ step }) => step)))].sort((one, other) => one - other);

/** Line by line, each newline drawn: a model may write nothing else. */
function linesOf(text, row) {
  if (text === null) return [element("span", { class: "muted", text: isOver(row) ? t("It had ended by then.") : t("not there yet") })];
  return text.split("\n").flatMap((line, at) => (at ? [element("span", { class: "muted", aria: { hidden: "true" }, text: "↵" }), "\n", line] : [line]));
}

function show(columns, entries, samples, step) {
  const texts = entries.map(({ id }) => samples.get(id)?.find((one) => one.step === step)?.sample ?? null);
  const version = JSON.stringify([entries.map(({ id, row }) => [id, row.name, isOver(row)]), texts]);
  if (columns.dataset.version === version) return;
  columns.dataset.version = version;
  columns.replaceChildren(...entries.map(({ mark, row }, place) => element("figure", { class: "sample-column" },
    element("figcaption", {}, swatch(mark), element("b", { text: mark.letter }), element("span", { class: "column-name", dir: "auto", text: row.name })),
    element("div", { class: "sample mono", tabindex: "0", role: "region", dir: "auto", aria: { label: t("What {run} writes", { run: row.name }) } }, ...linesOf(texts[place], row)))));
}
