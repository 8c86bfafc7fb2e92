/** What goes wrong with tokenizers: examples that the server found in this one, each a click away. */
import { apiAddress } from "../kit/address.js";
import { createAsking, fetchAnswer } from "../kit/ask.js";
import { element, setText } from "../kit/dom.js";
import { t } from "../kit/words.js";
import { exampleName, exampleSentence, verdictName } from "./pitfall_words.js";

/** `fill(text)` puts an example into the text field. */
export function createPitfalls(store, { base, fill }) {
  const buttons = element("div", { class: "pitfall-buttons" });
  const words = element("p", { class: "caption pitfall-words", aria: { live: "polite" }, hidden: true });
  const panel = element("section", { class: "pitfalls", aria: { label: t("What goes wrong") } },
    element("div", { class: "pitfall-row" }, element("span", { class: "note", text: t("What goes wrong:") }), buttons), words);
  const asking = createAsking({
    send: ({ source }, signal) => fetchAnswer(apiAddress(base, "tokens/examples", source), { signal }),
    answered: (examples) => store.set({ examples, example: null }),
  });
  store.watch(["source"], ({ source }) => asking.ask({ source }));
  store.watch(["examples", "example"], ({ examples, example }) => {
    buttons.replaceChildren(...examples.map((one) => createButton(store, one, example, fill)));
    const chosen = examples.find(({ name }) => name === example);
    words.hidden = !chosen;
    if (!chosen) return;
    setText(words, exampleSentence(chosen));
  });
  return { panel, dispose: asking.dispose };
}

function createButton(store, one, example, fill) {
  const button = element("button", {
    type: "button", class: "button small pitfall", title: verdictName(one.verdict), aria: { pressed: String(one.name === example) },
    onclick: () => {
      if (one.text) fill(one.text);
      store.set({ example: one.name === example ? null : one.name });
    },
  }, element("span", { class: `verdict ${one.verdict.replace(" ", "-")}`, aria: { hidden: "true" } }),
  exampleName(one.name), element("span", { class: "visually-hidden", text: `: ${verdictName(one.verdict)}` }));
  button.dataset.example = one.name;
  return button;
}
