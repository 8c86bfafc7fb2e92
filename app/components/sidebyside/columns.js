/** The same text as each tokenizer cuts it; pointing at a piece marks the same stretch of text in all of them. */
import { element, setText } from "../kit/dom.js";
import { count, number } from "../kit/format.js";
import { tokenSpan, visibleToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { groupsOf } from "../tokens/groups.js";
import { keyOf } from "./sources.js";

export function createColumns(store) {
  const row = element("div", { class: "columns" });
  let columns = [];
  store.watch(["columns"], (state) => {
    columns = state.columns.map((column) => createColumn(store, column));
    row.replaceChildren(...columns.map(({ node }) => node));
  });
  store.watch(["columns", "answers", "problems"], ({ answers, problems }) => columns.forEach((column) => column.draw(answers[column.key], problems[column.key])));
  store.watch(["columns", "answers", "range"], ({ range }) => columns.forEach((column) => column.mark(range)));
  return row;
}

function createColumn(store, column) {
  const key = keyOf(column);
  const size = element("b", { class: "figure" });
  const note = element("span", { class: "note" });
  const text = element("div", { class: "stretch", role: "group", tabindex: "0", aria: { label: t("The text as cut by {name}", { name: column.label }) } });
  const problem = element("p", { class: "notice", hidden: true });
  const node = element("section", { class: "panel column", aria: { label: column.label } },
    element("div", { class: "panel-heading" }, element("h2", { text: column.label }), element("span", { class: "unit", dir: "auto", text: column.of })),
    element("p", { class: "column-size" }, size, " ", note), element("div", { class: "loading" }), text, problem);
  let pieces = [];
  let drawn = null;
  text.addEventListener("pointerover", (event) => store.set({ range: pieces[event.target.closest(".piece")?.dataset.index]?.range ?? null }));
  text.addEventListener("pointerleave", () => store.set({ range: null }));
  let at = -1; // the piece that the keys stand on
  text.addEventListener("keydown", (event) => {
    const wish = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: pieces.length - 1, Escape: -1 }[event.key];
    if (wish === undefined) return;
    event.preventDefault();
    at = Math.max(event.key === "Escape" ? -1 : 0, Math.min(pieces.length - 1, wish));
    store.set({ range: pieces[at]?.range ?? null });
  });
  text.addEventListener("blur", () => { at = -1; store.set({ range: null }); });
  return {
    key, node,
    draw(answer, sentence) {
      problem.hidden = !sentence;
      setText(problem, sentence ?? "");
      node.querySelector(".loading").hidden = Boolean(answer || sentence);
      if (!answer || answer === drawn) return;
      drawn = answer;
      pieces = piecesOf(answer);
      text.replaceChildren(...pieces.flatMap(({ node: piece, broken }) => (broken ? [piece, element("br")] : [piece])));
      const { tokens, words, characters } = answer.counts;
      setText(size, count(tokens));
      setText(note, tokens ? t("tokens: {perWord} per word, {perToken} characters each", { perWord: words ? number(tokens / words) : "–", perToken: number(characters / tokens) }) : t("tokens"));
    },
    mark(range) {
      for (const { node: piece, range: own } of pieces) piece.classList.toggle("same", range !== null && own !== null && own[0] < range[1] && range[0] < own[1]);
    },
  };
}

/** One piece a token; those that spell one character together are one piece with their number on it. */
function piecesOf({ tokens, starts, text }) {
  return groupsOf(tokens.length, starts, text).map(({ from, to, text: spelled }, index) => {
    const [, own, kind] = tokens[from];
    const node = element("span", { class: `piece ${kind}` }, to - from === 1 ? tokenSpan(own) : element("span", { class: "token", dir: "auto", text: visibleToken(spelled) }));
    if (to - from > 1) node.append(element("sub", { class: "many", text: `×${to - from}` }));
    node.title = tokens.slice(from, to).map(([id]) => id).join(" ");
    node.classList.toggle("alternate", index % 2 === 1);
    node.dataset.index = index;
    const known = starts.length === tokens.length + 1 && starts[from] >= 0 && starts[to] >= 0;
    return { node, broken: (to - from === 1 ? own : spelled).includes("\n"), range: known ? [starts[from], starts[to]] : null };
  });
}
