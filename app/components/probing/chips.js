/** The sentence as chips to choose a place in; a chip may carry a value as its tint. */
import { element } from "../kit/dom.js";
import { inkOn } from "../kit/theme.js";
import { tokenSpan } from "../kit/tokens.js";

/** createChips({label, onChoose(position)}); draw({tokens, chosen, tints, labels}). */
export function createChips({ label, onChoose }) {
  const row = element("div", { class: "sentence-chips", role: "listbox", aria: { label } });
  let chips = [];
  let shown = "";

  row.addEventListener("click", (event) => {
    const chip = event.target.closest(".place");
    if (chip) onChoose(Number(chip.dataset.place));
  });
  row.addEventListener("keydown", (event) => {
    const at = chips.findIndex((chip) => chip === event.target);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: chips.length - 1 }[event.key];
    if (at < 0 || (to === undefined && !["Enter", " "].includes(event.key))) return;
    event.preventDefault();
    event.stopPropagation();
    if (to === undefined) { onChoose(at); return; }
    const next = chips[Math.max(0, Math.min(chips.length - 1, to))];
    chips.forEach((chip) => { chip.tabIndex = chip === next ? 0 : -1; });
    next.focus();
  });

  function draw({ tokens, chosen = null, tints = [], labels = [] }) {
    if (tokens.join("\u0000") !== shown) {
      shown = tokens.join("\u0000");
      chips = tokens.map((token, place) => element("span", { class: "place", role: "option", tabindex: "-1", "data-place": place }, tokenSpan(token)));
      row.replaceChildren(...chips.flatMap((chip, place) => (tokens[place].includes("\n") ? [chip, element("span", { class: "line-break", role: "presentation" })] : [chip])));
      if (chips.length) chips[Math.max(0, Math.min(chosen ?? 0, chips.length - 1))].tabIndex = 0;
    }
    chips.forEach((chip, place) => {
      chip.setAttribute("aria-selected", String(place === chosen));
      chip.style.background = tints[place] ?? "";
      chip.style.color = tints[place] ? inkOn(tints[place]) : "";
      chip.classList.toggle("tinted-place", Boolean(tints[place]));
      if (labels[place]) { chip.setAttribute("aria-label", labels[place]); chip.title = labels[place]; } else { chip.removeAttribute("aria-label"); chip.title = ""; }
    });
  }
  return { row, draw };
}
