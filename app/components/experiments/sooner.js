/** How much sooner each run came to where the classic one ended, in words with measured figures. */
import { element } from "../kit/dom.js";
import { fixed, number } from "../kit/format.js";
import { t } from "../kit/words.js";
import { swatch } from "../runs/marks.js";
import { inARow } from "../runs/sentence.js";
import { lineOf } from "../runs/series.js";
import { timesSooner } from "./outcome.js";

/** The first run of an experiment is the classic one, the second the modern one. */
export function createSooner(store, scene, series) {
  const list = element("ul", { class: "sooner-list" });
  const panel = element("section", { class: "panel sooner", role: "status", hidden: true, aria: { label: t("How much sooner") } }, list);
  let built = "";
  store.watch(["revision", "chosen", "rows", "lab"], ({ lab }) => {
    const { entries } = scene();
    panel.hidden = lab !== "tricks" || entries.length < 2;
    if (panel.hidden) return;
    const lines = entries.map((entry) => ({ ...entry, measured: measuredOf(entry, series) }));
    const version = JSON.stringify(lines.map(({ id, row, measured, value, over }) => [id, row.name, row.state, over, measured.ys.length, value]));
    if (version === built) return;
    built = version;
    const classic = lines[0];
    if (!classic.over) list.replaceChildren(element("li", { class: "muted", text: t("How much sooner the others come to where {classic} ends is known when it has ended.", { classic: classic.row.name }) }));
    else list.replaceChildren(...lines.slice(1).map((line) => element("li", {}, element("span", { class: "trial-mark" }, swatch(line.mark), element("b", { text: line.mark.letter })), element("b", { class: "times", aria: { hidden: "true" }, text: timesText(line, classic) }), element("span", { text: soonerSentence(line, classic) }))));
  });
  return panel;
}

/** "13.0×", in seconds of training; nothing where it never came there. */
function timesText({ measured, over }, { measured: base }) {
  const found = timesSooner(measured, base, over);
  return found ? `${number(found.seconds)}×` : "";
}

function measuredOf({ id, row }, series) {
  const one = series.get(id);
  if (!one) return { ys: [], steps: [], seconds: [] };
  const line = lineOf(one, row, { x: "seconds", y: "nats", line: "validation" });
  return { ys: line.ys, steps: line.steps, seconds: line.xs };
}

export function soonerSentence({ row, over, value, measured }, { row: classic, measured: base, value: end }) {
  const found = timesSooner(measured, base, over);
  const words = { run: row.name, classic: classic.name, ...(found ? { goal: fixed(found.goal), step: found.step, of: found.of, steps: number(found.steps), seconds: number(found.seconds) } : {}) };
  const ending = over && value !== null && end !== null ? endSentence(value - end) : "";
  if (found) return inARow(t("{run} came to {goal} at step {step}, {classic} only at step {of}: {steps} times sooner in steps, {seconds} times in seconds of training.", words), ending);
  return over ? inARow(t("{run} never came to where {classic} ended.", words), ending) : t("{run} has not yet come to where {classic} ended.", words);
}

function endSentence(difference) {
  if (Math.abs(difference) < 0.005) return t("It ends at the same loss.");
  const gap = fixed(Math.abs(difference));
  return difference < 0 ? t("It ends {gap} nats lower.", { gap }) : t("It ends {gap} nats higher.", { gap });
}
