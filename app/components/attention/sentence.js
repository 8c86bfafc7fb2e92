/** The sentence as it is read: chips tinted by what the focused token looks at, and the keyboard's way to choose it. */
import { element } from "../kit/dom.js";
import { inkOn } from "../kit/theme.js";
import { isByte, isWhitespace, quotedToken, visibleToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { createDisplay, paintOf, SHOWN } from "./display.js";
import { cellIndex, keysOf } from "./cells.js";
import { shownHead, shownQuery } from "./view.js";

const SEEN = 0.02;

export function createSentence(film, store, { hiddenKeyOf, lockQuery }) {
  const display = createDisplay(film);
  const chips = film.tokens.map((token, position) => createChip(film, token, position, store, lockQuery));
  const tints = chips.map(() => "");
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
    const { shown, signed } = display(state, head, state.hideSink ? hiddenKeyOf(head) : null);
    const paint = paintOf(state.palette, signed);
    chips.forEach((chip, position) => {
      const share = query !== null && position < keysOf(query, film.wide) ? shown[cellIndex(query, position, film.wide)] : 0;
      const tint = Math.abs(share) >= SEEN ? paint.at(share) : "";
      if (tint !== tints[position]) {
        tints[position] = tint;
        chip.style.background = tint;
        chip.style.color = tint ? inkOn(tint) : "";
      }
      chip.classList.toggle("looking", position === query);
      chip.classList.toggle("future", query !== null && position >= keysOf(query, film.wide));
      chip.setAttribute("aria-checked", String(position === state.query));
      chip.tabIndex = position === (state.query ?? 0) ? 0 : -1;
    });
  }

  /** A long sentence has its own scroll bar: the locked token stays in sight without moving the page. */
  function keepInSight({ query }) {
    if (query === null || strip.scrollHeight <= strip.clientHeight) return;
    const [top, height] = [chips[query].offsetTop - strip.offsetTop, chips[query].offsetHeight];
    if (top < strip.scrollTop || top + height > strip.scrollTop + strip.clientHeight) strip.scrollTop = top - strip.clientHeight / 2;
  }

  store.watch(["query", "width"], keepInSight);
  store.watch([...SHOWN, "locked", "hovered", "isolated", "query", "hoveredQuery"], draw);
  return strip;
}

function createChip(film, token, position, store, lockQuery) {
  const written = film.written !== null && position >= film.written;
  const values = { token: quotedToken(token), position: position + 1 };
  const chip = element("button", {
    class: "chip", type: "button", role: "radio", dir: "auto", text: visibleToken(token),
    aria: { label: written ? t("{token}, written by the model, position {position}", values) : t("{token}, position {position}", values) },
    on: { pointerenter: () => store.set({ hoveredQuery: position }), click: () => lockQuery(position) },
  });
  chip.classList.toggle("blank", isWhitespace(token));
  chip.classList.toggle("byte", isByte(token));
  chip.classList.toggle("written", written);
  return chip;
}
