/** What each order writes after the typed text, and the Transformer beside them, all from the same draws. */
import { element, setText } from "../kit/dom.js";
import { t } from "../kit/words.js";

export function createSamples(store) {
  const list = element("div", { class: "count-samples" });
  const seed = element("span", { class: "unit" });
  const again = element("button", { type: "button", class: "button", text: t("Other draws"), on: { click: () => store.set({ seed: store.state.seed + 1 }) } });
  store.watch(["samples"], ({ samples }) => {
    if (!samples) return;
    setText(seed, t("same draws for all (seed {seed}), temperature 1", { seed: samples.seed }));
    list.replaceChildren(...samples.samples.map(({ order, name, text }) => element("div", { class: `count-sample${order ? "" : " transformer"}` },
      element("span", { class: "label" }, order ? element("span", { class: `swatch order-${order}`, aria: { hidden: "true" } }) : "", order ? t("{order}-grams", { order }) : t("Transformer: {name}", { name })),
      element("p", { class: "mono written" }, element("span", { class: "muted", text: samples.prompt }), text))));
  });
  return element("section", { class: "panel", aria: { label: t("What each writes") } },
    element("div", { class: "panel-heading" }, element("h2", { text: t("What each writes") }), seed, element("span", { class: "spacer" }), again), list);
}
