/** Is this enough? The text's tokens, what the run reads and what the rule asks for, on one logarithmic bar, in words. */
import { element, setText } from "../kit/dom.js";
import { mount } from "../kit/mount.js";
import { createStore } from "../kit/store.js";
import { count } from "../kit/format.js";
import { t } from "../kit/words.js";
import { enoughText, ruleText, verdictTitle } from "./captions.js";

export default mount((root, { data }) => {
  const store = createStore({ data }, { name: "enough" });
  const badge = element("span", { class: "badge" });
  const words = element("p", { class: "caption", aria: { live: "polite" } });
  const rule = element("p", { class: "note" });
  const bars = element("div", { class: "amounts" });
  store.watch(["data"], ({ data }) => {
    badge.className = `badge ${data.verdict ?? ""}`;
    setText(badge, verdictTitle(data));
    badge.hidden = !data.verdict;
    setText(words, enoughText(data));
    setText(rule, ruleText(data));
    bars.replaceChildren(...amounts(data));
  });
  root.replaceChildren(element("section", { aria: { label: t("Is this enough?") } },
    element("div", { class: "heading" }, element("h2", { text: t("Is this enough?") }), badge), bars, words, rule));
  store.redrawAll();
  return {
    update(next) { store.set({ data: next }); },
    dispose: () => store.stop(),
  };
});

/** Three lengths on one logarithmic axis, from a thousandth of the largest. */
function amounts({ tokens, read, wanted, parameters, rule }) {
  const rows = [
    { kind: "text", name: t("tokens to learn from"), value: tokens },
    { kind: "read", name: t("tokens that the run reads"), value: read },
    { kind: "rule", name: t("{rule} for each of {parameters} parameters", { rule, parameters: count(parameters) }), value: wanted },
  ].filter(({ value }) => value);
  const most = Math.max(...rows.map(({ value }) => value));
  const share = (value) => Math.max(0.02, 1 + Math.log10(value / most) / 3);
  return rows.map(({ kind, name, value }) => {
    const fill = element("span", { class: `amount-fill ${kind}` });
    fill.style.width = `${share(value) * 100}%`;
    return element("div", { class: "amount", title: `${name}: ${Math.round(value).toLocaleString("en-US")}` },
      element("span", { class: "label", text: name }), element("span", { class: "amount-well" }, fill), element("span", { class: "number", text: count(Math.round(value)) }));
  });
}
