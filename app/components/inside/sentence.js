/** The sentence as chips: which token's row is in view; arrow keys move where the focus is here. */
import { element } from "../kit/dom.js";
import { isByte, isWhitespace, quotedToken, visibleToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";

export function createSentence(store) {
  const strip = element("div", { class: "sentence", role: "radiogroup", dir: "auto", aria: { label: t("The token in view") }, onkeydown: moveByKey });
  let drawn = "";

  function moveByKey(event) {
    const { row, overview } = store.state;
    const last = overview.tokens.length - 1;
    const target = { ArrowLeft: row - 1, ArrowUp: row - 1, ArrowRight: row + 1, ArrowDown: row + 1, Home: 0, End: last }[event.key];
    if (target === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    choose(Math.max(0, Math.min(last, target)));
    strip.children[store.state.row].focus();
  }

  const choose = (row) => store.set({ row, number: null, source: null });

  store.watch(["overview", "row"], ({ overview, row, turn }) => {
    if (!overview) return;
    if (drawn !== String(turn)) {
      drawn = String(turn);
      strip.replaceChildren(...overview.tokens.map((token, at) => {
        const chip = element("button", { type: "button", class: "chip", role: "radio", aria: { label: t("{token}, position {position}", { token: quotedToken(token), position: at }) }, onclick: () => choose(at) },
          element("span", { class: "token", text: visibleToken(token) }), element("span", { class: "chip-id", text: String(overview.ids[at]) }));
        chip.classList.toggle("blank", isWhitespace(token));
        chip.classList.toggle("byte", isByte(token));
        return chip;
      }));
    }
    [...strip.children].forEach((chip, at) => {
      chip.setAttribute("aria-checked", String(at === row));
      chip.tabIndex = at === row ? 0 : -1;
      if (at === row) strip.scrollTop = Math.max(0, chip.offsetTop - strip.offsetTop - chip.offsetHeight); // long sentences scroll in their own box
    });
  });
  return strip;
}
