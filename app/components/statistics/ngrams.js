/** The most frequent runs of one to five characters or words, as bars. */
import { element, segmented, setText } from "../kit/dom.js";
import { percent } from "../kit/format.js";
import { visibleToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { grouped, ngramsCaption } from "./captions.js";

const LENGTHS = [1, 2, 3, 4, 5];

export const tableOf = ({ data, unit, n }) => (unit === "words" ? data.word_ngrams : data.character_ngrams).find((table) => table.n === n);
export const shownRun = (text, unit) => (unit === "words" ? text : visibleToken(text));

export function createNgrams(store) {
  const units = segmented({ label: t("Runs of what"), chosen: "words", onChoose: (unit) => store.set({ unit }), choices: [{ value: "words", text: t("words") }, { value: "characters", text: t("characters") }] });
  const lengths = segmented({ label: t("How long"), chosen: 1, onChoose: (n) => store.set({ n: Number(n) }), choices: LENGTHS.map((value) => ({ value, text: String(value) })) });
  lengths.show(1);
  const list = element("ol", { class: "runs", tabindex: "0", aria: { label: t("The most frequent runs") } });
  const caption = element("p", { class: "caption" });
  store.watch(["data", "unit", "n"], (state) => {
    const table = tableOf(state);
    const most = table?.top[0]?.count ?? 1;
    list.replaceChildren(...(table?.top ?? []).map(({ text, count, share }) => {
      const fill = element("span", { class: "run-fill" });
      fill.style.width = `${(count / most) * 100}%`;
      return element("li", { class: "run", title: t("{count} times, {share}", { count: grouped(count), share: percent(share) }) },
        element("bdi", { class: "run-name mono", text: shownRun(text, state.unit) }), element("span", { class: "run-well" }, fill), element("span", { class: "number", text: grouped(count) }));
    }));
    setText(caption, table ? ngramsCaption(table, state.unit) : t("The text is too short for such runs."));
  });
  return element("section", { class: "panel" },
    element("div", { class: "panel-heading" }, element("h2", { text: t("What comes again") }), element("span", { class: "spacer" }), units.group, lengths.group), list, caption);
}
