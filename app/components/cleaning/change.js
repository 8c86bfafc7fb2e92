/** What cleaning changed: one sentence, and passages of the text with what went and what came. */
import { element, segmented, setText } from "../kit/dom.js";
import { t } from "../kit/words.js";
import { visibleParts } from "./signs.js";
import { changeText } from "./wording.js";

export function createChange(store) {
  const title = element("h2", {});
  const back = element("button", { type: "button", class: "button", text: t("All steps together"), onclick: () => store.set({ looked: null }) });
  const views = segmented({
    label: t("How to compare"), chosen: "false", onChoose: (value) => store.set({ aside: value === "true" }),
    choices: [{ value: "false", text: t("in one") }, { value: "true", text: t("side by side") }],
  });
  const sentence = element("p", { class: "caption", aria: { live: "polite" } });
  const passages = element("div", { class: "passages", tabindex: "0", role: "region", aria: { label: t("Before and after") } });
  const key = element("p", { class: "note" }, element("del", { text: t("taken out") }), " · ", element("ins", { text: t("put in") }));
  const loading = element("div", { class: "loading" });
  store.watch(["data", "looked", "chosen"], ({ data, looked, chosen }) => {
    const report = looked === null ? data.whole : data.reports[looked];
    const name = looked === null ? null : data.steps[looked].title;
    setText(title, name === null ? t("Before and after") : t("Before and after “{title}”", { title: name }));
    back.hidden = looked === null;
    views.group.hidden = key.hidden = !report?.examples.length;
    if (report) setText(sentence, changeText(name, report));
    else setText(sentence, chosen.length ? "" : t("Here appears what the steps take out of the text and put into it."));
  });
  store.watch(["data", "looked", "aside"], ({ data, looked, aside }) => {
    const report = looked === null ? data.whole : data.reports[looked];
    passages.replaceChildren(...(report?.examples ?? []).map((pieces) => (aside ? drawAside(pieces) : drawPassage(pieces))));
    passages.hidden = !report?.examples.length;
  });
  store.watch(["pending"], ({ pending }) => { loading.style.visibility = pending ? "visible" : "hidden"; });
  return element("section", { class: "panel change-panel" },
    element("div", { class: "panel-heading" }, title, element("span", { class: "spacer" }), back, views.group), loading, sentence, passages, key);
}

/** Old and new in one text: what went is struck out, what came is underlined. */
function drawPassage(pieces) {
  return element("blockquote", { class: "passage mono", dir: "auto" }, pieces.map((piece) => drawPiece(piece)));
}

function drawAside(pieces) {
  const half = (left, label) => element("blockquote", { class: "passage mono", dir: "auto", aria: { label } }, pieces.filter(([kind]) => kind === "same" || kind === left).map(drawPiece));
  return element("div", { class: "aside" }, half("out", t("before")), half("in", t("after")));
}

function drawPiece([kind, text]) {
  if (kind === "same") return element("span", { text });
  return element(kind === "out" ? "del" : "ins", {}, visibleParts(text).map(({ shown, name }) => (name ? element("span", { class: "sign", text: shown, title: name }) : document.createTextNode(shown))));
}
