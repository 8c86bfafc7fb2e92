/** One text as chips: the prompt in grey, what was written in the colour of its value, and what is still to come. */
import { element, setText } from "../kit/dom.js";
import { inkOn } from "../kit/theme.js";
import { tokenSpan } from "../kit/tokens.js";
import { t } from "../kit/words.js";

/** createText({label, onChoose(place)}); draw({tokens, at, chosen, parting, tints, marks, words, prompt, waiting}).
 *
 *  `at`: the last token that is shown; `parting`: the first that the other text does not have; `marks[place]`: dashed.
 */
export function createText({ label, onChoose }) {
  const strip = element("div", { class: "written-text", role: "group", aria: { label } });
  const given = element("span", { class: "given-text" });
  const flag = element("span", { class: "parting-flag", text: t("here they part") });
  let chips = [];
  let shown = "";

  strip.addEventListener("click", (event) => {
    const chip = event.target.closest("button.written-chip");
    if (chip) onChoose(chips.indexOf(chip));
  });

  function rebuild(tokens, prompt) {
    const kept = tokens.length >= chips.length && shown !== "" && tokens.join("\u0000").startsWith(shown) ? chips.length : 0;
    if (!kept) {
      chips = [];
      given.replaceChildren(...prompt.map((token) => tokenSpan(token)));
      strip.replaceChildren(given);
    }
    for (const token of tokens.slice(kept)) {
      const chip = element("button", { type: "button", class: "written-chip", tabindex: "-1" }, tokenSpan(token));
      chips.push(chip);
      strip.append(chip, ...(token.includes("\n") ? [element("span", { class: "line-end" })] : []));
    }
    shown = tokens.join("\u0000");
  }

  return {
    node: strip,
    draw({ tokens, prompt, at, chosen, parting, tints, marks, words }) {
      if (tokens.join("\u0000") !== shown || !strip.childNodes.length) rebuild(tokens, prompt);
      chips.forEach((chip, place) => {
        const tint = place <= at ? tints[place] : "";
        chip.style.background = tint;
        chip.style.color = tint ? inkOn(tint) : "";
        chip.classList.toggle("coming", place > at);
        chip.classList.toggle("differs", Boolean(marks[place]) && place <= at);
        chip.classList.toggle("here", place === at);
        chip.toggleAttribute("aria-current", place === chosen);
        chip.tabIndex = place === (chosen ?? at) ? 0 : -1;
        chip.setAttribute("aria-label", words(place));
        chip.title = words(place);
      });
      if (parting !== null && parting <= at && chips[parting]) chips[parting].before(flag);
      else flag.remove();
      setText(flag, t("here they part"));
    },
  };
}
