/** A second run on the chart: its validation beside this run's, followed until it ends. */
import { apiAddress } from "../kit/address.js";
import { element } from "../kit/dom.js";
import { poll } from "../kit/poll.js";
import { isOver } from "../kit/series.js";
import { t } from "../kit/words.js";
import { appendRows, makeRun } from "./run_data.js";

const PERIOD = 1000;

/** Writes `second` (a run with its `name`) and `secondRows` into the store. `others`: [{id, name}]. */
export function createSecond(store, { base, others, chosen }) {
  const select = element("select", { class: "beside", aria: { label: t("Another run beside it") }, on: { change: () => choose(select.value) } },
    element("option", { value: "", text: t("beside it: no other run") }), others.map(({ id, name }) => element("option", { value: id, text: name })));
  let feed = null;

  function choose(id) {
    feed?.stop();
    feed = null;
    const other = others.find((one) => one.id === id);
    select.value = other ? id : "";
    if (!other) { store.set({ second: null, secondRows: 0 }); return; }
    const run = { ...makeRun({ run: id, steps: 0, facts: null }), name: other.name };
    store.set({ second: run, secondRows: 0 });
    feed = poll({
      url: () => apiAddress(base, "metrics", { run: id, since: run.steps.at(-1) ?? -1 }), period: PERIOD,
      receive(answer) {
        appendRows(run, answer);
        if (answer.facts) run.perByte = answer.facts.validation_tokens / answer.facts.validation_bytes;
        store.set({ secondRows: run.steps.length });
        return answer.steps.length > 0 || !isOver(answer.status);
      },
    });
  }
  select.hidden = !others.length;
  if (chosen) choose(chosen);
  return { select, stop: () => feed?.stop() };
}

/** Whether the tokens of two runs are so unlike that only bits per byte compare them. */
export const tokensDiffer = (run, second) => run.perByte !== null && second.perByte !== null && Math.abs(run.perByte / second.perByte - 1) > 0.01;

/** What the second line is, and how it may be read. */
export function secondWords(run, second, unit) {
  if (!second) return "";
  const line = t("Dashed: the validation of “{name}”.", { name: second.name });
  if (tokensDiffer(run, second)) return `${line} ${unit === "bytes" ? t("Their tokens differ in length; bits per byte compare them all the same.") : t("Their tokens differ in length: choose bits per byte, any other ruler misleads.")}`;
  return line;
}
