/** The likeliest next tokens as buttons, of which one is looked at. */
import { element } from "../kit/dom.js";
import { percent } from "../kit/format.js";
import { tokenSpan } from "../kit/tokens.js";

const SHOWN = 8;

/** candidates: [{id, text, share}], the chosen one among them however unlikely. */
export function targetButtons(candidates, chosen, onChoose) {
  const best = candidates.slice(0, SHOWN);
  const found = candidates.find(({ id }) => id === chosen);
  return (found && !best.includes(found) ? [...best, found] : best).map(({ id, text, share }) => element("button", {
    type: "button", class: "button small target", aria: { pressed: String(id === chosen) }, onclick: () => onChoose(id),
  }, tokenSpan(text), element("span", { class: "unit", text: percent(share) })));
}
