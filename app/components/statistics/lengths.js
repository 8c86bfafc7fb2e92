/** How long the lines are: a histogram, and what share of lines and documents are copies. */
import { element, setText } from "../kit/dom.js";
import { t } from "../kit/words.js";
import { grouped, lengthsCaption } from "./captions.js";

export function createLengths(store, copies) {
  const reading = element("p", { class: "note reading", aria: { live: "polite" } });
  const bars = element("div", { class: "histogram", role: "img", tabindex: "0" });
  const first = element("span", { text: "0" });
  const last = element("span", {});
  const axis = element("div", { class: "axis note" }, first, element("span", { text: t("characters in a line") }), last);
  const caption = element("p", { class: "caption" });
  const same = element("p", { class: "caption" });
  store.watch(["data"], ({ data }) => {
    const { counts, width } = data.line_lengths;
    const most = Math.max(1, ...counts);
    bars.replaceChildren(...counts.map((count, index) => {
      const bar = element("span", { class: "column", onpointerenter: () => store.set({ bin: index }) }, element("span", {}));
      bar.firstChild.style.height = `${(count / most) * 100}%`;
      return bar;
    }));
    setText(last, grouped(counts.length * width - 1));
    setText(caption, lengthsCaption(data));
    bars.setAttribute("aria-label", lengthsCaption(data));
    setText(same, copies(data));
  });
  store.watch(["data", "bin"], ({ data, bin }) => {
    const { counts, width } = data.line_lengths;
    [...bars.children].forEach((bar, index) => bar.classList.toggle("focused", index === bin));
    setText(reading, bin === null || counts[bin] === undefined ? t("hover a column to read it") : binText(bin, width, counts[bin]));
  });
  bars.addEventListener("pointerleave", () => store.set({ bin: null }));
  bars.addEventListener("keydown", (event) => {
    const end = store.state.data.line_lengths.counts.length - 1;
    const at = store.state.bin ?? -1;
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: end, Escape: null }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    store.set({ bin: to === null ? null : Math.max(0, Math.min(end, to)) });
  });
  return element("section", { class: "panel" }, element("div", { class: "panel-heading" }, element("h2", { text: t("Line lengths and copies") }), reading), bars, axis, caption, same);
}

function binText(bin, width, count) {
  const from = bin * width;
  return width === 1 ? t("{from} characters: {count} lines", { from: grouped(from), count: grouped(count) }) : t("{from} to {to} characters: {count} lines", { from: grouped(from), to: grouped(from + width - 1), count: grouped(count) });
}
