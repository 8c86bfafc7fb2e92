/** One token: its bytes, what it was made of, and where it stands in the training text. */
import { element, setText } from "../kit/dom.js";
import { tokenSpan, visibleToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { tokenFacts } from "./captions.js";

export function createDetail(store) {
  const name = element("h2", {});
  const facts = element("p", { class: "note" });
  const parts = element("p", { class: "parts" });
  const places = element("ul", { class: "places" });
  const panel = element("section", { class: "panel detail", aria: { label: t("One token"), live: "polite" } }, element("div", { class: "panel-heading" }, name), facts, parts, places);
  store.watch(["chosen", "detail", "tokens"], ({ chosen, detail, tokens }) => {
    const token = chosen === null ? null : tokens[chosen];
    name.replaceChildren(token ? tokenSpan(token.text) : t("One token"));
    setText(facts, token ? tokenFacts(token, detail) : t("Click a token to see where it occurs and what it was made of."));
    parts.replaceChildren(...partsOf(detail));
    parts.hidden = !detail?.parts.length;
    places.replaceChildren(...(detail?.places ?? []).map(placeNode));
  });
  return panel;
}

/** " th" + "e" -> " the" */
function partsOf(detail) {
  if (!detail?.parts.length) return [];
  const chip = (text) => element("span", { class: "part" }, tokenSpan(text));
  const joined = detail.parts.flatMap((part, index) => (index ? [element("span", { class: "muted", text: " + " }), chip(part)] : [chip(part)]));
  return [element("span", { class: "note", text: t("made of") }), " ", ...joined, element("span", { class: "muted", text: " → " }), chip(detail.text)];
}

/** A line of the training text with the token marked in it. */
function placeNode([left, token, right]) {
  const flat = (text) => text.replaceAll("\n", "↵").replaceAll("\t", "→");
  return element("li", { class: "place mono", dir: "ltr" }, element("bdi", { class: "place-left", text: flat(left) }), element("mark", { text: visibleToken(token) }), element("bdi", { class: "place-right", text: flat(right) }));
}
