/** One's own mean surprise as a line of the ladder, beside models that count, packers, and the run itself. */
import { element, setText } from "../kit/dom.js";
import { fixed } from "../kit/format.js";
import { rungName } from "../kit/ladder.js";
import { t } from "../kit/words.js";
import { mean } from "./game.js";

const FEW = 20; // rounds, below which luck decides

export function createLadder(store, { ladder, loss }, { passage, restart }) {
  const list = element("div", { class: "guess-ladder" });
  const words = element("p", { class: "caption" });
  store.watch(["game"], ({ game: { rounds } }) => {
    const lines = Object.entries(ladder).filter(([, value]) => value !== null).map(([name, value]) => ({ kind: "", name: rungName(name), value }));
    if (loss !== null) lines.push({ kind: "run", name: t("this run, on all of the text"), value: loss });
    if (rounds.length) {
      lines.push({ kind: "you", name: t("you (rounds: {count})", { count: rounds.length }), value: mean(rounds.map(([mine]) => mine)) });
      lines.push({ kind: "run", name: t("this run, on the same tokens"), value: mean(rounds.map(([, theirs]) => theirs)) });
    }
    const most = Math.max(...lines.map(({ value }) => value), 0.01);
    list.replaceChildren(...lines.sort((one, other) => other.value - one.value).map(({ kind, name, value }) => {
      const bar = element("span", { class: "guess-rung" });
      bar.style.width = `${(100 * value) / most}%`;
      return element("div", { class: `guess-line ${kind}` }, element("span", { text: name }), element("span", { class: "guess-well" }, bar), element("span", { class: "number", text: fixed(value) }));
    }));
    const sums = [0, 1].map((side) => rounds.reduce((sum, round) => sum + round[side], 0));
    const score = t("In all you paid {mine} nats and the model {theirs}. Rounds: {count}.", { mine: fixed(sums[0], 1), theirs: fixed(sums[1], 1), count: rounds.length });
    setText(words, rounds.length ? `${score} ${rounds.length < FEW ? t("After {count} rounds luck decides less.", { count: FEW }) : ""}` : t("Your line appears here after the first round."));
  });
  return element("section", { class: "panel", aria: { label: t("Your place on the ladder") } },
    element("div", { class: "panel-heading" }, element("h2", { text: t("Your place on the ladder") }), element("span", { class: "unit", text: t("cross-entropy, nats per token") })),
    list, words, element("div", { class: "guess-row" },
      element("button", { type: "button", class: "button", text: t("Another passage"), on: { click: passage } }),
      element("button", { type: "button", class: "button", text: t("Begin again"), on: { click: restart } })));
}
