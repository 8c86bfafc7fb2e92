/** The text as chips: the given prompt in grey, what is written in the colour of its value, and what is still to come;
 *  under it what can be done to the text at the choice in view. */
import { animateOnce, element, setText } from "../kit/dom.js";
import { fixed, percent } from "../kit/format.js";
import { inkOn } from "../kit/theme.js";
import { quotedToken, tokenSpan } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { colourings } from "./colours.js";

const RAMPS = { probability: (palette) => palette.probabilityRamp, surprise: (palette) => palette.surprise, attention: (palette) => palette.attention };

/** onSeek(choice), onColouring(name), onPutIn(text), onEdit() and onGoOn() report what the reader asked for; `marked` is
 *  shown between the text and its tools. */
export function createChips({ onSeek, onColouring, onPutIn, onEdit, onGoOn, marked }) {
  const ways = colourings();
  const colouring = element("select", { class: "button", aria: { label: t("Colour of the chips") }, on: { change: () => onColouring(colouring.value) } },
    Object.entries(ways).map(([value, { text }]) => element("option", { value, text })));
  const ends = [element("span"), element("span")];
  const scale = element("span", { class: "scale", aria: { hidden: "true" } });
  const hint = element("span", { class: "note grow" });
  const strip = element("div", { class: "chips" });
  const tools = createTools({ onPutIn, onEdit, onGoOn });
  const node = element("section", { class: "panel text", aria: { label: t("The text so far") } },
    element("div", { class: "panel-heading" },
      element("h2", { text: t("The text so far") }), hint,
      element("span", { class: "legend note" }, ends[0], scale, ends[1]), colouring),
    strip, marked, tools.node);
  let chips = [];
  let shown = { prompt: null, steps: [] };
  let followed = -1; // the choice that was last brought into view; between two, readers scroll as they like

  /** Chips that are there already stay, so that a growing text keeps focus and place. */
  function rebuild(writing) {
    const { prompt, steps, texts, promptIds } = writing;
    const grows = shown.prompt === prompt && steps.length >= shown.steps.length && shown.steps.every((step, index) => step === steps[index]);
    if (!grows) {
      chips = [];
      followed = -1;
      strip.replaceChildren(element("div", { class: "line" }));
      const hidden = promptIds.length - prompt.length;
      if (hidden) strip.prepend(element("div", { class: "note", text: t("… {count} earlier ones are not drawn", { count: hidden }) }));
      prompt.forEach((token) => put(strip, element("span", { class: "chip given" }, tokenSpan(token)), token));
    }
    for (const { id } of steps.slice(chips.length)) {
      const index = chips.length;
      const chip = element("button", { type: "button", class: "chip", on: { click: () => onSeek(index) } }, tokenSpan(texts[id]));
      chips.push(chip);
      put(strip, chip, texts[id]);
    }
    shown = { prompt, steps };
    setText(hint, writing.unit === "character" ? t("grey was given; click a character to see how it was chosen") : t("grey was given; click a token to see how it was chosen"));
  }

  function update({ writing, choice, colouring: name, palette, changed, busy, marks }) {
    const way = ways[name];
    colouring.value = name;
    way.ends.forEach((words, place) => setText(ends[place], words));
    scale.dataset.ramp = way.ramp;
    const ramp = RAMPS[way.ramp](palette);
    writing.steps.forEach((step, index) => {
      const chip = chips[index];
      const visible = index <= choice;
      const share = way.share(step, index, marks);
      const background = visible && share !== null ? ramp.at(Math.min(Math.max(share, 0), 1)) : "";
      chip.style.background = background;
      chip.style.color = background ? inkOn(background) : "";
      chip.classList.toggle("coming", !visible);
      chip.classList.toggle("changed", changed.has(index));
      chip.classList.toggle("put-in", step.putIn);
      const words = chipWords(step, writing.texts[step.id]);
      chip.title = words;
      chip.setAttribute("aria-label", t("Choice {number}: {what}", { number: index + 1, what: words }));
      if (index === choice) chip.setAttribute("aria-current", "step");
      else chip.removeAttribute("aria-current");
    });
    if (chips[choice] && choice !== followed) keepInView(strip, chips[choice]);
    followed = choice;
    tools.update({ choice, count: chips.length, busy });
  }

  /** A freshly written token rises from the line that chose it. */
  const arrive = (choice) => animateOnce(chips[choice], [{ transform: "translateY(18px)", opacity: 0.2 }, { transform: "none", opacity: 1 }]);

  return { node, rebuild, update, arrive };
}

/** Scroll the strip, and nothing else, so far that the chip is in it. */
function keepInView(strip, chip) {
  const [frame, box] = [strip.getBoundingClientRect(), chip.getBoundingClientRect()];
  strip.scrollTop += Math.min(0, box.top - 12 - frame.top) + Math.max(0, box.bottom + 4 - frame.bottom);
}

function chipWords({ written, putIn }, token) {
  const { probability, rank } = written.chosen;
  const values = {
    token: quotedToken(token), share: percent(probability), bits: fixed(-Math.log2(Math.max(probability, 1e-9)), 1),
    rank: rank + 1, entropy: fixed(written.entropy, 1),
  };
  return putIn
    ? t("{token}, put in by you, probability {share}, rank {rank}, entropy {entropy} bits", values)
    : t("{token}, probability {share}, surprise {bits} bits, rank {rank}, entropy {entropy} bits", values);
}

/** One row per line of the text, so that verse still looks like verse. */
function put(strip, chip, token) {
  strip.lastElementChild.append(chip);
  if (token.endsWith("\n")) strip.append(element("div", { class: "line" }));
}

/** Put in, edit, go on: a form under the text. */
function createTools({ onPutIn, onEdit, onGoOn }) {
  const field = element("input", { type: "text", class: "field put-in-field", maxlength: "200", autocomplete: "off", spellcheck: "false", dir: "auto", placeholder: t("a token or some words of yours"), aria: { label: t("Put in a text of your own") } });
  const where = element("span", { class: "label muted" });
  const here = element("button", { type: "submit", class: "button", text: t("Put in here") });
  const edit = element("button", { type: "button", class: "button", text: t("Edit the text"), on: { click: onEdit } });
  const further = element("button", { type: "button", class: "button", text: t("Write on"), on: { click: onGoOn } });
  const form = element("form", {
    class: "tools",
    on: {
      submit(event) {
        event.preventDefault();
        if (field.value === "") field.focus();
        else onPutIn(field.value.replaceAll("\\n", "\n"));
      },
    },
  }, element("label", { class: "put-in-label" }, where, field), here, element("span", { class: "spacer" }), edit, further);
  return {
    node: form,
    update({ choice, busy }) {
      setText(where, t("In place of choice {number}:", { number: choice + 1 }));
      for (const button of [here, edit, further]) button.disabled = busy;
    },
  };
}
