/** A few named shares as lying bars, with a caption that says what to see. */
import { element, setText } from "../kit/dom.js";

export function createBars(store, { title, label, unit = "", rows, caption }) {
  const list = element("ul", { class: "runs", aria: { label } });
  const words = element("p", { class: "caption" });
  store.watch(["data"], ({ data }) => {
    const found = rows(data);
    const most = Math.max(1e-9, ...found.map(({ value }) => value));
    list.replaceChildren(...found.map(({ name, value, text, reading }) => {
      const fill = element("span", { class: "run-fill" });
      fill.style.width = `${(value / most) * 100}%`;
      return element("li", { class: "run named", title: reading }, element("span", { class: "run-name", text: name }), element("span", { class: "run-well" }, fill), element("span", { class: "number", text }));
    }));
    setText(words, caption(data));
  });
  return element("section", { class: "panel" }, element("div", { class: "panel-heading" }, element("h2", { text: title }), element("span", { class: "unit", text: unit })), list, words);
}
