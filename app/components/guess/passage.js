/** The text before the place, large enough for a room, a box for what comes next, and after the guess how it goes on. */
import { element } from "../kit/dom.js";
import { isWhitespace, quotedToken, tokenSpan } from "../kit/tokens.js";
import { t } from "../kit/words.js";

export function createPassage(store) {
  const before = element("span");
  const box = element("span", { class: "hidden-token" });
  const after = element("span", { class: "after" });
  const text = element("p", { class: "passage", dir: "auto" }, element("span", { class: "muted", aria: { hidden: "true" }, text: "… " }), before, box, after);
  store.watch(["place", "revealed"], ({ place, revealed }) => {
    if (!place) return;
    before.replaceChildren(...place.before.flatMap(piece));
    box.replaceChildren(revealed ? tokenSpan(revealed.came[1]) : "?");
    box.classList.toggle("revealed", Boolean(revealed));
    box.setAttribute("role", "img");
    box.setAttribute("aria-label", revealed ? quotedToken(revealed.came[1]) : t("hidden token"));
    const shown = revealed ? [...(revealed.came[1].includes("\n") ? ["\n"] : []), ...revealed.after] : [];
    after.replaceChildren(...shown.flatMap((token, at) => (at === 0 && token === "\n" && revealed.came[1].includes("\n") ? [document.createElement("br")] : piece(token))));
  });
  return text;
}

/** Blanks as they look in print; a line end is drawn and breaks the line. */
function piece(token) {
  if (token.includes("\n")) return [element("span", { class: "muted line-end", aria: { hidden: "true" }, text: "↵" }), token];
  return [isWhitespace(token) ? " " : /^<0x/.test(token) ? tokenSpan(token) : token];
}
