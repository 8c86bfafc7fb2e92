/** Name, colour scale and the evidence for the name, in the corner that the mask leaves empty. */
import { element, setText } from "../kit/dom.js";
import { fixed } from "../kit/format.js";
import { t } from "../kit/words.js";
import { scaleLegend } from "./display.js";
import { THRESHOLDS } from "./measures.js";
import { headName, patternName } from "./names.js";
import { shownHead } from "./view.js";

export function createPlate(film, store, { measureAt }) {
  const head = element("strong", { class: "head-name" });
  const badge = element("span", { class: "badge" });
  const role = element("span", { class: "role" });
  const legend = element("div", { class: "legend-labels" }, element("span"), element("span"), element("span"));
  const evidence = createEvidence(film);
  const plate = element("div", { class: "plate" },
    element("div", { class: "nameplate" },
      element("div", { class: "head-line" }, badge, head), role,
      element("div", { class: "legend" }, element("div", { class: "ramp" }), legend)),
    element("div", { class: "reasons" }, evidence.box,
      element("p", { class: "mask-note", text: maskNote(film) })));

  store.watch(["locked", "hovered", "isolated", "selected", "scale"], (state) => {
    const shown = shownHead(state);
    const measure = measureAt(state.selected, shown);
    setText(head, t("Head {head}", { head: headName(shown) }));
    setText(badge, state.isolated ? t("isolated · Esc releases") : t("preview · click locks"));
    badge.hidden = !state.isolated && shown.layer === state.locked.layer && shown.head === state.locked.head;
    setText(role, roleOf(measure, film.tokens));
    scaleLegend(state.scale).forEach((text, index) => setText(legend.children[index], text));
    evidence.draw(measure);
  });
  return plate;
}

const maskNote = ({ causal }) => (causal
  ? t("Rows look, columns are looked at. This half stays empty: no token may look ahead.")
  : t("Rows look, columns are looked at. This half is not drawn, though this run has no mask and its tokens look ahead."));

function roleOf(measure, tokens) {
  if (measure.name === "mixed") return t("mixed: no pattern is clear");
  if (measure.name === "short") return t("too short to name");
  return `${patternName(measure.name, measure, tokens)} ${fixed(measure.score)}`;
}

/** One bar for each pattern that was looked for; the tick is what it takes to earn the name. */
function createEvidence(film) {
  const rows = Object.entries(THRESHOLDS).map(([pattern, threshold]) => {
    const [name, bar, score] = [element("span"), element("span", { class: "evidence-bar" }), element("span", { class: "evidence-score" })];
    bar.style.setProperty("--threshold", threshold);
    return { pattern, name, bar, score, node: element("div", { class: "evidence-row", title: t("takes {threshold}", { threshold }) }, name, bar, score) };
  });
  const box = element("div", { class: "evidence" },
    element("p", { class: "evidence-title", text: t("why this name: share, and what it takes") }), ...rows.map((row) => row.node));

  function draw(found) {
    for (const { pattern, name, bar, score, node } of rows) {
      const measure = found.measures.find((one) => one.name === pattern);
      setText(name, patternName(pattern, found, film.tokens));
      setText(score, fixed(measure.score));
      bar.style.setProperty("--score", Math.min(1, measure.score));
      node.classList.toggle("won", pattern === found.name);
    }
  }

  return { box, draw };
}
