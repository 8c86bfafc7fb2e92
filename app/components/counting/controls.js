/** What to look up and how to count: a text, how long the n-grams are, what the unseen gets. */
import { element, segmented } from "../kit/dom.js";
import { t } from "../kit/words.js";

export const smoothingName = (smoothing) => ({ "witten-bell": "Witten-Bell", "kneser-ney": "Kneser-Ney", "add-k": t("add k") })[smoothing];

const ADDED = [0.001, 0.01, 0.1, 1, 10];

export function createControls(store) {
  const { text, order, smoothing } = store.state;
  const field = element("input", {
    class: "count-text mono", type: "text", value: text, maxlength: "400", autocomplete: "off", spellcheck: "false",
    on: { input: () => store.set({ text: field.value, chosen: null }) },
  });
  const ways = segmented({
    label: t("Smoothing"), chosen: smoothing, onChoose: (value) => store.set({ smoothing: value }),
    choices: Object.keys({ "witten-bell": 1, "kneser-ney": 1, "add-k": 1 }).map((value) => ({ value, text: smoothingName(value) })),
  });
  const added = element("select", { class: "count-added", aria: { label: t("k") }, on: { change: () => store.set({ added: Number(added.value) }) } },
    [...new Set([...ADDED, store.state.added])].sort((one, other) => one - other).map((value) => element("option", { value: String(value), text: `k = ${value}` })));
  added.value = String(store.state.added);
  const lengths = element("span", {});
  let longest = 0;
  let choices = null;
  store.watch(["table", "order", "smoothing", "text"], (state) => {
    if (field.value !== state.text) field.value = state.text;
    added.hidden = state.smoothing !== "add-k";
    ways.show(state.smoothing);
    const most = state.table?.longest ?? 5;
    if (most !== longest) {
      longest = most;
      choices = segmented({
        label: t("n-gram length"), chosen: String(Math.min(state.order, most)), onChoose: (value) => store.set({ order: Number(value) }),
        choices: Array.from({ length: most }, (_, place) => ({ value: String(place + 1), text: String(place + 1) })),
      });
      lengths.replaceChildren(choices.group);
    }
    choices.show(Math.min(state.order, most));
  });
  return element("div", { class: "panel count-controls" },
    element("label", { class: "count-field" }, element("span", { class: "label muted", text: t("What follows this text?") }), field),
    element("div", { class: "count-choice" }, element("span", { class: "label muted", text: t("n-gram length") }), lengths),
    element("div", { class: "count-choice" }, element("span", { class: "label muted", text: t("Smoothing") }), element("span", { class: "count-row" }, ways.group, added)));
}
