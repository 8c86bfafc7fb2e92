/** Four lines that fill with numbers as the steps reach them, and the check against the stored weight. */
import { element, setText } from "../kit/dom.js";
import { fixed } from "../kit/format.js";
import { t } from "../kit/words.js";
import { wideNumber } from "./numbers.js";
import { compareWeights } from "./softmax.js";

export function createEquation({ number }) {
  const [dot, score, mask, weight] = [createLine("q·k"), createLine(t("score")), createLine(t("masked")), createLine(t("weight"))];
  const check = element("p", { class: "verdict", role: "status" });
  const box = element("div", { class: "equation" }, dot.row, score.row, mask.row, weight.row, check);

  /** `stored` is the weight that the picture shows for this cell; `exact` when q and k were not rounded. */
  function draw(work, reach, key, stored) {
    const added = Math.ceil(reach(2) * work.size);
    dot.show(reach(2) > 0, [sumTerms(work, added), "=", result(added < work.size ? fixed(work.running[Math.max(0, added - 1)]) : number(fixed(work.dot), work.scaled ? "products" : "scores", key))]);
    if (!work.scaled) score.show(reach(3) > 0, [result(number(fixed(work.score), "scores", key))]);
    else score.show(reach(3) > 0, [
      fraction(fixed(work.dot), `√${work.size}`), "=", fraction(fixed(work.dot), fixed(work.root, 3)), "=", result(number(fixed(work.score), "scores", key)),
    ]);
    mask.show(reach(5) > 0, maskTerms(work, work.causal ? number(fixed(work.score), "masked", key) : fixed(work.score)));
    weight.show(reach(6) > 0, weightTerms(work, reach, key, number(fixed(work.weights[key], 3), "pattern", key)));
    const { difference, equal } = compareWeights(work.weights[key], stored, work.slack);
    const values = { computed: fixed(work.weights[key], 3), stored: fixed(stored, 3), difference: fixed(difference, 3) };
    check.hidden = reach(8) < 1;
    check.classList.toggle("differs", !equal);
    setText(check, equal
      ? t("✓ worked out here {computed}, stored {stored} (in steps of 1/255): they agree", values)
      : t("≠ worked out here {computed}, stored {stored}: they differ by {difference}", values));
  }

  return { box, draw };
}

/** (0.02 × −0.63) + (1.02 × −0.05) + … ; while the sum grows, how far it has come. */
function sumTerms(work, added) {
  const factors = (index) => `(${fixed(work.q[index])} × ${fixed(work.keyVector[index])})`;
  const last = work.size - 1;
  const progress = added <= last ? t("{added} of {size} added", { added, size: work.size }) : `… + ${factors(last)}`;
  return element("span", { class: "factors", text: work.size < 3 ? factors(0) : `${factors(0)} + ${factors(1)} + ${progress}` });
}

/** The chosen key is never masked; how many others are, beside it. */
function maskTerms(work, masked) {
  const hidden = work.allScores.length - work.scores.length;
  const others = hidden ? element("span", { class: "muted note", text: t("{count} later tokens: −∞", { count: hidden }) }) : "";
  return [fixed(work.score), "+", "0", "=", result(masked), others];
}

function weightTerms(work, reach, key, weight) {
  const power = element("span", {}, "e", element("sup", { text: fixed(work.scores[key]) }));
  const terms = [fraction(power, "Σ eˢ"), "=", fraction(wideNumber(work.exponentials[key]), reach(7) > 0 ? wideNumber(work.total) : "…")];
  return reach(8) > 0 ? [...terms, "=", result(weight)] : terms;
}

function createLine(name) {
  const terms = element("span", { class: "terms" });
  const row = element("div", { class: "line" }, element("span", { class: "left", text: name }), terms);
  const wrap = (part) => (typeof part === "string" ? element("span", { text: part }) : part);
  return {
    row,
    show(reached, parts) {
      row.classList.toggle("reached", reached);
      terms.replaceChildren(...(reached ? ["=", ...parts] : ["…"]).map(wrap));
    },
  };
}

function fraction(top, bottom) {
  return element("span", { class: "fraction" }, element("span", {}, top), element("span", {}, bottom));
}

function result(value) {
  return element("strong", {}, value);
}
