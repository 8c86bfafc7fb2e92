/** What of the validation part was seen in training: shares by length of the run, shared lines, and a verdict in words. */
import { element, setText } from "../kit/dom.js";
import { percent } from "../kit/format.js";
import { t } from "../kit/words.js";
import { linesText, normalText, runText, verdictText, verdictTitle } from "./captions.js";

export function createLeaks(store) {
  const badge = element("span", { class: "badge" });
  const verdict = element("p", { class: "caption" });
  const bars = element("div", { class: "leak-bars" });
  const normal = element("p", { class: "note" });
  const lines = element("p", { class: "caption" });
  const examples = element("ul", { class: "examples mono" });
  const sampled = element("p", { class: "note", text: t("Looked for in the first two million characters of the training part.") });
  store.watch(["data"], ({ data }) => {
    if (data.problem) return;
    const { leaks } = data;
    badge.className = `badge ${leaks.verdict}`;
    setText(badge, verdictTitle(data));
    setText(verdict, verdictText(data));
    setText(normal, normalText());
    bars.replaceChildren(group(t("characters in a row"), "characters", leaks.characters), group(t("words in a row"), "words", leaks.words));
    setText(lines, linesText(data));
    examples.replaceChildren(...leaks.examples.map((text) => element("li", { dir: "auto", text })));
    sampled.hidden = !leaks.sampled;
  });
  return element("section", { class: "panel" }, element("div", { class: "panel-heading" }, element("h2", { text: t("Seen in training already?") }), badge), verdict, bars, normal, lines, examples, sampled);
}

function group(title, unit, shares) {
  return element("div", {}, element("h3", { text: title }), shares.map(([length, share]) => {
    const fill = element("span", { class: "leak-fill" });
    fill.style.width = `${(share ?? 0) * 100}%`;
    return element("div", { class: "leak-row", title: runText(unit, length, share) },
      element("span", { class: "number", text: String(length) }), element("span", { class: "leak-well" }, fill), element("span", { class: "number", text: share === null ? "–" : percent(share) }),
      element("span", { class: "visually-hidden", text: runText(unit, length, share) }));
  }));
}
