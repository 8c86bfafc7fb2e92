/** Name, colour scale and the evidence for the name, in the corner that the mask leaves empty. */
import { element, setText } from "../kit/dom.js";
import { wordsWith } from "../inside/asked.js";
import { fixed } from "../kit/format.js";
import { rove } from "../kit/rove.js";
import { t } from "../kit/words.js";
import { scaleLegend } from "./display.js";
import { THRESHOLDS } from "./measures.js";
import { mapName, patternName, reachSentence, rough } from "./names.js";
import { figure, measureNumber, nameNumber } from "./origins.js";
import { headInView, shownHead } from "./view.js";

export function createPlate(film, store, { measureAt, origin }) {
  const head = element("strong", { class: "head-name" });
  const badge = element("span", { class: "badge" });
  const role = element("span", { class: "role" });
  const legend = element("div", { class: "legend-labels" }, element("span"), element("span"), element("span"));
  const evidence = createEvidence(film);
  const reach = element("p", { class: "mask-note" });
  const ramp = element("div", { class: "ramp" });
  const plate = element("div", { class: "plate" },
    element("div", { class: "nameplate" },
      element("div", { class: "head-line" }, badge, head), role,
      element("div", { class: "legend" }, ramp, legend)),
    element("div", { class: "reasons" }, evidence.box, reach));

  store.watch(["locked", "hovered", "isolated", "selected", "scale", "combine", "against", "measured"], (state) => {
    const [shown, place] = [shownHead(state), headInView(state)];
    const measure = measureAt(state.selected, shown);
    setText(head, mapName(shown));
    setText(badge, state.isolated ? t("isolated · Esc releases") : t("preview · click locks"));
    badge.hidden = !state.isolated && place.layer === state.locked.layer && place.head === state.locked.head;
    setText(role, state.against ? t("against {other}", { other: state.against.words }) : roleOf(measure, film.tokens));
    ramp.classList.toggle("signed", state.against !== null);
    scaleLegend(state.scale, state.against !== null).forEach((text, index) => setText(legend.children[index], text));
    evidence.draw(measure, (text, pattern, random) => figure(origin, text, nameNumber(film, state, shown, pattern, random)));
    const number = (of) => figure(origin, rough(measure[of]), measureNumber(film, state, shown, of));
    reach.replaceChildren(...wordsWith(reachSentence({ entropy: measure.entropy }), { distance: number("distance"), bits: number("entropy") }));
  });
  return plate;
}

/** Under the picture: how to read it. */
export const maskNote = ({ causal }) => (causal
  ? t("Rows look, columns are looked at. The upper half stays empty: no token may look ahead.")
  : t("Rows look, columns are looked at. This run has no mask: its tokens look ahead, too."));

function roleOf(measure, tokens) {
  if (measure.name === "mixed") return t("mixed: no pattern is clear");
  if (measure.name === "short") return t("too short to name");
  return `${patternName(measure.name, measure, tokens)} ${fixed(measure.score)}`;
}

/** One bar for each kind that was looked for; the tick is what it takes to earn the name. Beside it the same on random tokens
 *  said twice, where the model was asked: what is a habit of the text is not there. */
function createEvidence(film) {
  const randomTitle = element("span", { class: "evidence-score", text: t("random"), title: t("on random tokens said twice") });
  const rows = Object.entries(THRESHOLDS).map(([pattern, threshold]) => {
    const [name, bar, score, random] = [element("span"), element("span", { class: "evidence-bar" }), element("span", { class: "evidence-score" }), element("span", { class: "evidence-score" })];
    bar.style.setProperty("--threshold", threshold);
    return { pattern, name, bar, score, random, node: element("div", { class: "evidence-row", title: t("takes {threshold}", { threshold }) }, name, bar, score, random) };
  });
  const box = element("div", { class: "evidence" },
    element("div", { class: "evidence-row evidence-title" },
      element("span", { class: "evidence-why", text: t("why this name, and what it takes") }), element("span", { class: "evidence-score", text: t("here") }), randomTitle),
    ...rows.map((row) => row.node));
  const settle = rove(box, "button", { lines: ".evidence-row" });

  /** `number(text, pattern, random)` draws a score. */
  function draw(found, number) {
    let asked = false;
    for (const { pattern, name, bar, score, random, node } of rows) {
      const measure = found.measures.find((one) => one.name === pattern) ?? { text: null, random: null };
      asked ||= measure.random !== null;
      setText(name, patternName(pattern, found, film.tokens));
      score.replaceChildren(measure.text === null ? "–" : number(fixed(measure.text), pattern, false));
      random.replaceChildren(measure.random === null ? "" : number(fixed(measure.random), pattern, true));
      bar.style.setProperty("--score", Math.max(0, Math.min(1, measure.score ?? 0)));
      node.classList.toggle("won", pattern === found.name);
      node.hidden = measure.text === null && measure.random === null;
    }
    randomTitle.hidden = !asked;
    for (const { random } of rows) random.hidden = !asked;
    box.classList.toggle("asked", asked);
    settle();
  }

  return { box, draw };
}
