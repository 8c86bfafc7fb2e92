/** The sentence as it is read: chips tinted by what the focused token looks at, and the keyboard's way to choose it. */
import { element } from "../kit/dom.js";
import { inkOn } from "../kit/theme.js";
import { isByte, isWhitespace, quotedToken, visibleToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { displayTriangle } from "./display.js";
import { blendTriangle, triangleIndex } from "./payload.js";
import { shownHead, shownQuery } from "./view.js";

const SEEN = 0.02;

export function createSentence(film, store, { hiddenKeyOf, lockQuery }) {
  const weights = new Float32Array(film.triangle);
  const shown = new Float32Array(film.triangle);
  const chips = film.tokens.map((token, position) => createChip(token, position, store, lockQuery));
  const strip = element("div", {
    class: "sentence", role: "radiogroup", aria: { label: t("The token that looks. Arrow keys move.") },
    on: { pointerleave: () => store.set({ hoveredQuery: null }), keydown: moveByKey },
  }, ...chips);

  function moveByKey(event) {
    const last = film.size - 1;
    const at = store.state.query ?? 0;
    const targets = { ArrowLeft: at - 1, ArrowUp: at - 1, ArrowRight: at + 1, ArrowDown: at + 1, Home: 0, End: last };
    if (!(event.key in targets)) return;
    event.preventDefault();
    const query = Math.max(0, Math.min(last, targets[event.key]));
    lockQuery(query);
    chips[query].focus();
  }

  function draw(state) {
    if (!state.palette) return;
    const query = shownQuery(state);
    const head = shownHead(state);
    blendTriangle(film, state.time, head.layer, head.head, weights);
    displayTriangle(weights, film.size, { scale: state.scale, hiddenKey: state.hideSink ? hiddenKeyOf(head) : null }, shown);
    chips.forEach((chip, position) => {
      const share = query !== null && position <= query ? shown[triangleIndex(query, position)] : 0;
      const tint = share >= SEEN ? state.palette.attention.at(share) : "";
      chip.style.background = tint;
      chip.style.color = tint ? inkOn(tint) : "";
      chip.classList.toggle("looking", position === query);
      chip.classList.toggle("future", query !== null && position > query);
      chip.setAttribute("aria-checked", String(position === state.query));
      chip.tabIndex = position === (state.query ?? 0) ? 0 : -1;
    });
  }

  store.watch(["time", "scale", "hideSink", "palette", "locked", "hovered", "isolated", "query", "hoveredQuery"], draw);
  return strip;
}

function createChip(token, position, store, lockQuery) {
  const chip = element("button", {
    class: "chip", type: "button", role: "radio", dir: "auto", text: visibleToken(token),
    aria: { label: t("{token}, position {position}", { token: quotedToken(token), position }) },
    on: { pointerenter: () => store.set({ hoveredQuery: position }), click: () => lockQuery(position) },
  });
  chip.classList.toggle("blank", isWhitespace(token));
  chip.classList.toggle("byte", isByte(token));
  return chip;
}
