/** Ways that were drawn: the pieces, how often each came, and a mark at what its probability says. */
import { element, setText } from "../kit/dom.js";
import { percent } from "../kit/format.js";
import { tokenSpan, visibleToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { samplesCaption } from "./captions.js";

export function createSamples(store) {
  const list = element("div", { class: "samples", role: "list" });
  const caption = element("p", { class: "caption", aria: { live: "polite" } });
  const panel = element("section", { class: "panel", aria: { label: t("Other ways, drawn by their probability") } },
    element("div", { class: "panel-heading" }, element("h2", { text: t("Other ways, drawn by their probability") })), list, caption);
  store.watch(["data"], ({ data }) => {
    const widest = Math.max(...data.samples.map(({ times, share }) => Math.max(times / data.draws, share)));
    list.replaceChildren(...data.samples.map((sample) => row(data, sample, widest)));
    setText(caption, samplesCaption(data));
  });
  return panel;
}

function row({ edges, draws, best }, { edges: numbers, times, share }, widest) {
  const bar = element("span", { class: "sample-bar" });
  bar.style.width = `${(times / draws / widest) * 100}%`;
  const mark = element("span", { class: "sample-mark", title: t("its probability: {share}", { share: percent(share) }) });
  mark.style.left = `${(share / widest) * 100}%`;
  const words = numbers.map((number) => visibleToken(edges[number][2])).join(" | ");
  const isBest = numbers.join() === best.edges.join();
  return element("div", { class: `sample${isBest ? " best" : ""}`, role: "listitem", aria: { label: t("{cut}: {times} of {draws} draws, probability {share}", { cut: words, times, draws, share: percent(share) }) } },
    element("span", { class: "sample-pieces" }, numbers.map((number) => element("span", { class: "sample-piece" }, tokenSpan(edges[number][2])))),
    element("span", { class: "sample-well" }, bar, mark), element("span", { class: "sample-times", text: String(times) }),
    element("span", { class: "sample-share note", text: percent(share) }));
}
