/** The race for the next merge: the most frequent pairs as bars, the one that is joined marked in words and in ink. */
import { element, setText } from "../kit/dom.js";
import { quotedToken, tokenSpan } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { grouped } from "./captions.js";

export function createBars(store) {
  const list = element("div", { class: "pairs", role: "list" });
  const empty = element("p", { class: "note" });
  const panel = element("section", { class: "panel", aria: { label: t("Which pair is joined next?") } },
    element("div", { class: "panel-heading" }, element("h2", { text: t("Which pair is joined next?") })), list, empty);
  store.watch(["data", "done"], ({ data, done }) => {
    const scene = data.scenes[done];
    const most = scene ? Math.max(1, ...scene[4].map(([, , count]) => count)) : 1;
    list.replaceChildren(...(scene ? scene[4].map((pair) => row(data, pair, scene, most)) : []));
    setText(empty, scene ? "" : t("No further merges."));
  });
  return panel;
}

function row({ tokens }, [left, right, count], scene, most) {
  const wins = left === scene[0] && right === scene[1];
  const bar = element("span", { class: "pair-bar" });
  bar.style.width = `${(count / most) * 100}%`;
  const words = t("{left} and {right}: {count} times", { left: quotedToken(tokens[left]), right: quotedToken(tokens[right]), count });
  return element("div", { class: `pair${wins ? " wins" : ""}`, role: "listitem", aria: { label: wins ? `${words}, ${t("joined next")}` : words } },
    element("span", { class: "pair-name" }, tokenSpan(tokens[left]), element("span", { class: "plus", text: "+" }), tokenSpan(tokens[right])),
    element("span", { class: "pair-well" }, bar), element("span", { class: "pair-count", text: grouped(count) }),
    element("span", { class: "pair-verdict", text: wins ? t("joined next") : "" }));
}
