/** The text as it is cut now: fresh tokens ringed, the two that meet next underlined, each token's tree a click away. */
import { element, setText } from "../kit/dom.js";
import { quotedToken, tokenSpan } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { filmCaption } from "./captions.js";
import { BYTES, cut, meeting } from "./measures.js";

export function createText(store) {
  const chips = element("div", { class: "film-text", role: "group", aria: { label: t("The text as tokens") } });
  const caption = element("p", { class: "caption" });
  const cutNote = element("p", { class: "note" });
  const panel = element("section", { class: "panel film-main", aria: { label: t("The text as tokens") } },
    element("div", { class: "panel-heading" }, element("h2", { text: t("The text as tokens") }),
      element("span", { class: "spacer" }),
      element("span", { class: "note key" }, element("span", { class: "swatch fresh" }), t("just joined")),
      element("span", { class: "note key" }, element("span", { class: "swatch next" }), t("joined next"))),
    chips, cutNote, caption);
  chips.addEventListener("click", (event) => {
    const chip = event.target.closest(".film-token");
    if (!chip) return;
    const id = Number(chip.dataset.id);
    store.set({ chosen: store.state.chosen === id ? null : id });
  });
  store.watch(["data", "done", "chosen"], ({ data, done, chosen }) => {
    const pieces = cut(data, done);
    const { left, right } = meeting(pieces, data.scenes[done], data.starts);
    const wordStarts = new Set(data.starts);
    const focused = [...chips.children].indexOf(chips.getRootNode().activeElement);
    chips.replaceChildren(...pieces.flatMap((piece, index) => drawn(data, piece, {
      fresh: done > 0 && piece.id === BYTES - 1 + done, left: left.has(index), right: right.has(index),
      word: index > 0 && wordStarts.has(piece.start), chosen: piece.id === chosen, alternate: index % 2 === 1,
    })));
    if (focused >= 0) chips.children[Math.min(focused, chips.children.length - 1)]?.focus?.();
    setText(caption, filmCaption(data, done, pieces));
    setText(cutNote, data.cut ? t("The text is long: only its beginning is drawn.") : "");
    cutNote.hidden = !data.cut;
  });
  // Told while a person steps; not at every merge of a playing film.
  store.watch(["playing"], ({ playing }) => caption.setAttribute("aria-live", playing ? "off" : "polite"));
  return panel;
}

function drawn(data, { id }, { fresh, left, right, word, chosen, alternate }) {
  const text = data.tokens[id];
  const chip = element("button", { type: "button", class: "film-token", aria: { label: t("The tree of {token}", { token: quotedToken(text) }), pressed: String(chosen) } }, tokenSpan(text));
  chip.dataset.id = id;
  for (const [name, on] of Object.entries({ fresh, left, right, word, alternate })) chip.classList.toggle(name, on);
  return text.includes("\n") ? [chip, element("span", { class: "line-break", role: "presentation" })] : [chip];
}
