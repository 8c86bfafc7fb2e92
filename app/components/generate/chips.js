/** The text as chips: the given prompt in grey, what is written in the colour of its value, and what is still to come. */
import { animateOnce, element, segmented, setText } from "../kit/dom.js";
import { fixed, percent } from "../kit/format.js";
import { inkOn } from "../kit/theme.js";
import { quotedToken, tokenSpan } from "../kit/tokens.js";
import { t } from "../kit/words.js";

const MOST_BITS = 8; // strongest colour of the surprise ramp

const COLOURINGS = {
  probability: { ramp: (palette) => palette.probabilityRamp, share: (probability) => probability },
  surprise: { ramp: (palette) => palette.surprise, share: (probability) => -Math.log2(probability) / MOST_BITS },
};

/** onSeek(choice) and onColouring(name) report what the reader asked for. */
export function createChips({ onSeek, onColouring }) {
  const colouring = segmented({
    label: t("Colour of the chips"), chosen: "probability", onChoose: onColouring,
    choices: [{ value: "probability", text: t("Probability") }, { value: "surprise", text: t("Surprise") }],
  });
  const ends = [element("span"), element("span")];
  const scale = element("span", { class: "scale", aria: { hidden: "true" } });
  const hint = element("span", { class: "note grow" });
  const strip = element("div", { class: "chips" });
  const node = element("section", { class: "panel text", aria: { label: t("The text so far") } },
    element("div", { class: "panel-heading" },
      element("h2", { text: t("The text so far") }), hint,
      element("span", { class: "legend note" }, ends[0], scale, ends[1]), colouring.group),
    strip);
  let chips = [];
  let tokens = [];

  function rebuild(writing) {
    tokens = writing.steps.map(({ id }) => writing.texts[id]);
    chips = tokens.map((token, index) => element("button", { type: "button", class: "chip", on: { click: () => onSeek(index) } }, tokenSpan(token)));
    const given = writing.prompt.map((token) => element("span", { class: "chip given" }, tokenSpan(token)));
    strip.replaceChildren(...inLines([...writing.prompt, ...tokens], [...given, ...chips]));
    if (writing.hidden) strip.prepend(element("div", { class: "note", text: t("… {count} earlier ones are not drawn", { count: writing.hidden }) }));
    setText(hint, writing.unit === "character" ? t("grey was given; click a character to see how it was chosen") : t("grey was given; click a token to see how it was chosen"));
  }

  function update({ written, choice, colouring: name, palette, changed }) {
    const { ramp, share } = COLOURINGS[name];
    colouring.show(name);
    setText(ends[0], name === "probability" ? "0 %" : t("{bits} bits", { bits: 0 }));
    setText(ends[1], name === "probability" ? "100 %" : t("{bits} bits", { bits: `${MOST_BITS}+` }));
    scale.dataset.ramp = name;
    chips.forEach((chip, index) => {
      const { probability } = written[index].chosen;
      const shown = index <= choice;
      const background = shown ? ramp(palette).at(share(probability)) : "";
      chip.style.background = background;
      chip.style.color = shown ? inkOn(background) : "";
      chip.classList.toggle("coming", !shown);
      chip.classList.toggle("changed", changed.has(index));
      const words = t("{token}, probability {share}, surprise {bits} bits", {
        token: quotedToken(tokens[index]), share: percent(probability), bits: fixed(-Math.log2(probability), 1),
      });
      chip.title = words;
      chip.setAttribute("aria-label", t("Choice {number}: {what}", { number: index + 1, what: words }));
      if (index === choice) chip.setAttribute("aria-current", "step");
      else chip.removeAttribute("aria-current");
    });
  }

  /** A freshly written token rises from the line that chose it. */
  const arrive = (choice) => animateOnce(chips[choice], [{ transform: "translateY(18px)", opacity: 0.2 }, { transform: "none", opacity: 1 }]);

  return { node, rebuild, update, arrive };
}

/** One row per line of the text, so that verse still looks like verse. */
function inLines(tokens, chips) {
  const lines = [element("div", { class: "line" })];
  chips.forEach((chip, index) => {
    lines.at(-1).append(chip);
    if (tokens[index].endsWith("\n") && index < chips.length - 1) lines.push(element("div", { class: "line" }));
  });
  return lines;
}
