/** Under the text, while it is coloured by what the server was asked for: the place in the training text, or the other
 *  model; with what is to be set for either. */
import { element, setText } from "../kit/dom.js";
import { count, percent } from "../kit/format.js";
import { quotedToken, visibleToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";

const LONGEST = 60; // tokens in a row, at the end of the slider

/** onFrom(count) and onModel(name) report what was set. */
export function createMarked({ onFrom, onModel }) {
  const slider = element("input", { type: "range", min: "2", max: LONGEST, step: "1", aria: { label: t("In a row from") }, on: { input: () => onFrom(Number(slider.value)) } });
  const figure = element("output", { class: "number" });
  const memory = element("div", { class: "marked-row" }, element("label", { class: "marked-label label muted" }, t("In a row from"), slider, figure));
  const picker = element("select", { class: "button", aria: { label: t("The other model") }, on: { change: () => onModel(picker.value) } });
  const other = element("div", { class: "marked-row" }, element("label", { class: "marked-label label muted" }, t("The other model"), picker));
  const said = element("p", { class: "small-caption", role: "status" });
  const place = element("pre", { class: "place-text mono", tabindex: "0", hidden: true, aria: { label: t("The place in the training text") } });
  const node = element("div", { class: "marked", hidden: true }, memory, other, said, place);

  return {
    node,
    /** The models that can be asked: other kept steps of this run, and the newest of other runs. */
    offer({ run, kept, runs }) {
      const steps = kept.map((step) => element("option", { value: `step ${step}`, text: t("step {step}", { step }) }));
      const others = runs.filter(({ id }) => id !== run).map(({ id, label }) => element("option", { value: `run: ${id}`, text: label }));
      picker.replaceChildren(element("option", { value: "", text: t("choose one") }),
        element("optgroup", { label: t("This run as it was") }, steps), ...(others.length ? [element("optgroup", { label: t("Other runs") }, others)] : []));
    },
    update({ colouring, writing, choice, memory: found, from, other: judged, otherModel }) {
      node.hidden = !["memorised", "other"].includes(colouring);
      if (node.hidden) return;
      memory.hidden = colouring !== "memorised";
      other.hidden = colouring !== "other";
      place.hidden = true;
      if (colouring === "memorised") showMemory(found, writing, choice, from);
      else showOther(judged, writing, choice, otherModel);
    },
  };

  function showMemory(found, writing, choice, from) {
    slider.value = from ?? 2;
    setText(figure, from === null ? "" : String(from));
    slider.disabled = !found?.ready;
    if (!found || found.error || !found.ready) {
      setText(said, found?.error || t("The training text is being indexed, once …"));
      return;
    }
    const lengths = writing.steps.map((_, index) => lengthOf(found, index));
    const stretch = found.stretches[found.at[choice]];
    const share = percent(lengths.filter((length) => length >= from).length / lengths.length);
    const sum = t("{share} of what was written stands {count} or more in a row in the training text; in a text that no model has seen, 95 of 100 stand in fewer than {usual}.", { share, count: from, usual: found.usual + 1 });
    setText(said, `${sum} ${stretch ? stretchWords(stretch, writing.unit) : t("This one was never met there.")}`);
    place.hidden = !stretch;
    if (stretch) showPlace(stretch);
  }

  function showPlace(stretch) {
    const mark = element("mark", { text: stretch.inside });
    place.replaceChildren(stretch.before, mark, stretch.after);
    place.scrollTop = mark.offsetTop - place.offsetTop - place.clientHeight / 2;
  }

  function showOther(judged, writing, choice, otherModel) {
    picker.value = otherModel;
    if (!otherModel) setText(said, t("Choose a model: each token is compared with what it would have chosen at that place."));
    else if (judged?.error) setText(said, judged.error);
    else if (judged?.strange) setText(said, t("This model cuts text into other tokens, so that single choices cannot be compared."));
    else if (!judged?.found[choice]) setText(said, t("It reads the text …"));
    else setText(said, otherWords(judged, writing, choice));
  }
}

/** How many in a row the stretch of a written token has; 0 where it stands in none. */
export const lengthOf = (found, index) => {
  const stretch = found.stretches[found.at[index]];
  return stretch ? stretch.end - stretch.start : 0;
};

function stretchWords({ start, end, count: times, inside, place, of }, unit) {
  const values = { length: end - start, times: count(times), text: `“${visibleToken(inside)}”`, place: count(place + 1), of: count(of) };
  return unit === "character"
    ? t("This one stands in {text}, {length} characters in a row, there {times} times, first at {place} of {of}:", values)
    : t("This one stands in {text}, {length} tokens in a row, there {times} times, first at {place} of {of}:", values);
}

function otherWords({ found, texts }, writing, choice) {
  const same = (key) => found.filter((each, index) => each[key] === writing.steps[index]?.id).length;
  const { top, topShare, share, drawn } = found[choice];
  return t("Its likeliest token was written {tops} times of {count}; at the same draws it takes the same {draws} times. Here its likeliest is {top} ({topShare}), the draw gives it {drawn}, and it gives {written} {share}.", {
    tops: same("top"), draws: same("drawn"), count: found.length, top: quotedToken(texts[top] ?? ""), topShare: percent(topShare),
    drawn: drawn < 0 ? t("one of the others") : quotedToken(texts[drawn] ?? ""), written: quotedToken(writing.texts[writing.steps[choice].id]), share: percent(share),
  });
}
