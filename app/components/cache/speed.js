/** The measurement: asked for in small pieces, each drawn as it comes. */
import { element, iconButton, segmented, setText } from "../kit/dom.js";
import { fixed, number } from "../kit/format.js";
import { t } from "../kit/words.js";
import { createPieces } from "../together/pieces.js";
import { createValues } from "../together/values.js";
import { speedWords } from "./captions.js";
import { createCurve } from "./curve.js";

/** createSpeed({base, run, values}) -> {node, measure(), resize({scale}), stop()} */
export function createSpeed({ base, run, values }) {
  const shown = { rows: [], longest: 1, measure: "time", scale: 1, about: null };
  let model = "run";
  const pieces = createPieces({
    base, run, question: "speed",
    received(answer, isFirst) {
      Object.assign(shown, { rows: isFirst ? answer.rows : [...shown.rows, ...answer.rows], longest: answer.longest, about: answer });
      draw();
    },
    waiting(busy) { bar.style.visibility = busy ? "visible" : "hidden"; },
    failed(problem) { setText(said, problem); },
  });
  const again = iconButton({ icon: "again", text: t("Measure again"), onClick: measure });
  const what = segmented({
    label: t("What is drawn"), chosen: "time", onChoose(value) { shown.measure = value; draw(); },
    choices: [{ value: "time", text: t("time") }, { value: "products", text: t("multiplications") }],
  });
  const which = segmented({
    label: t("Which model is measured"), chosen: model, onChoose(value) { model = value; measure(); },
    choices: [{ value: "run", text: t("this run") }, { value: "larger", text: t("6 layers, 384 wide") }],
  });
  const bar = element("div", { class: "loading" });
  const said = element("p", { class: "caption", role: "status" });
  const curve = createCurve();
  const tables = createValues();
  const node = element("section", { class: "panel speed-panel", aria: { label: t("What the cache saves") } },
    element("div", { class: "panel-heading" }, element("h2", { text: t("What it saves, measured here and now") }), which.group, what.group, again.button),
    bar, curve.node, said, tables.node);

  function measure() {
    Object.assign(shown, { rows: [], about: null });
    draw();
    pieces.ask({ ...values(), larger: model === "larger" ? 1 : null, turn: `${Date.now()}` });
  }

  function draw() {
    const words = shown.about ? speedWords({ ...shown.about, rows: shown.rows }) : t("Nothing is measured yet.");
    curve.draw({ ...shown, words });
    setText(said, shown.about?.slow ? `${words} ${t("One token takes so long here that longer texts are not measured.")}` : words);
    tables.show(() => ({
      heads: [t("tokens in the text"), t("with the cache, ms"), t("without, ms"), t("times as long"), t("multiplications with"), t("without"), t("times as many")],
      rows: shown.rows.map((row) => [row.tokens, number(row.cached * 1000), number(row.recomputed * 1000), fixed(row.recomputed / row.cached, 1), row.fewer, row.all, fixed(row.all / row.fewer, 1)]),
    }));
  }
  return {
    node, measure,
    resize({ scale }) { shown.scale = scale; draw(); },
    stop() { pieces.stop(); curve.stop(); },
  };
}
