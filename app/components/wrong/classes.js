/** What kind of token came: the loss of each class as bars, and what share of the whole loss it makes. */
import { element, setText } from "../kit/dom.js";
import { fixed, percent } from "../kit/format.js";
import { visibleToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { nameOf } from "../surprise/captions.js";

export const className = (name) => ({
  start: t("beginning of a word"), inside: t("inside a word"), cjk: t("Chinese, Japanese, Korean"), digit: t("digits"), punctuation: t("punctuation"),
  space: t("space"), newline: t("newline"), fragment: t("part of a character"), special: t("special token"),
})[name] ?? name;

export function classesPanel(store) {
  const list = element("ol", { class: "classes" });
  const words = element("p", { class: "caption" });
  const panel = element("section", { class: "panel", aria: { label: t("By kind of token") } }, element("div", { class: "panel-heading" },
    element("h2", { text: t("By kind of token") }), element("span", { class: "unit", text: t("nats per token, ± standard error, and its share of the whole loss") })), list, words);
  store.watch(["now", "then"], (state) => {
    if (!state.now) { list.replaceChildren(); return; }
    const answers = [state.now, state.then].filter(Boolean);
    const names = [...new Set(answers.flatMap(({ classes }) => classes.map(({ name }) => name)))];
    const most = Math.max(...answers.flatMap(({ classes }) => classes.map(({ loss }) => loss)), 0.1);
    const rowOf = (answer, name) => answer.classes.find((row) => row.name === name) ?? null;
    const loss = (name) => rowOf(state.now, name)?.loss ?? rowOf(state.then, name).loss;
    list.replaceChildren(...names.sort((first, second) => loss(second) - loss(first)).map((name) => itemOf(name, answers.map((answer) => [answer, rowOf(answer, name)]), most, state)));
    setText(words, captionOf(state.now));
  });
  return panel;
}

function itemOf(name, found, most, state) {
  const examples = found[0][1]?.examples ?? found[1][1].examples;
  return element("li", { class: "class-row" },
    element("div", { class: "class-name" }, element("b", { text: className(name) }), " ", element("bdi", { class: "muted mono", text: examples.map(visibleToken).join(" ") })),
    ...found.map(([answer, row], number) => {
      const bar = element("span", { class: `class-bar series-${number}` });
      bar.style.width = `${row ? (row.loss / most) * 100 : 0}%`;
      const spoken = row ? t("{loss} ± {error} nats, {count} tokens", { loss: fixed(row.loss), error: fixed(row.error), count: row.n }) : t("no such token");
      return element("div", { class: "class-line", title: `${nameOf(answer, state)}: ${spoken}` }, element("span", { class: "class-track" }, bar),
        element("span", { class: "number", text: row ? `${fixed(row.loss)} ± ${fixed(row.error)}` : "–" }),
        element("span", { class: "note", text: row ? t("{share} of the loss, n {count}", { share: percent((row.loss * row.n) / (answer.loss * answer.n)), count: row.n }) : "" }));
    }));
}

function captionOf({ classes, loss, n }) {
  const most = classes.reduce((best, row) => (row.loss * row.n > best.loss * best.n ? row : best));
  const hardest = classes.filter((row) => row.n >= 30).reduce((best, row) => (row.loss > best.loss ? row : best), classes[0]);
  const values = { hardest: className(hardest.name), tokens: percent(hardest.n / n), share: percent((hardest.loss * hardest.n) / (loss * n)), most: className(most.name), all: percent((most.loss * most.n) / (loss * n)) };
  if (most === hardest) return t("Hardest: {hardest}. It is {tokens} of the tokens and {share} of the whole loss, the most of all.", values);
  return t("Hardest: {hardest}, {tokens} of the tokens and {share} of the whole loss. Most of the loss, {all}, is: {most}.", values);
}
