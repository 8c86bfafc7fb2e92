/** The third text: A with B taken off it. Its switch, its alpha, what it asks and what it has to say. */
import { element, setText } from "../kit/dom.js";
import { t } from "../kit/words.js";
import { createPieces } from "./pieces.js";

const USUAL = 0.1;

/** createContrast({base, run, alpha, onChange(), onRows({rows, texts, alpha} | null)}): without alpha it is off. */
export function createContrast({ base, run, alpha: given, onChange, onRows }) {
  let alpha = given ?? null;
  let rows = [];
  let texts = {};
  const toggle = element("button", { type: "button", class: "button", text: t("Add C: A minus B"), onclick: () => { alpha = alpha === null ? USUAL : null; onChange(); } });
  const input = element("input", { type: "number", class: "field", min: 0, max: 1, step: 0.05, inputmode: "decimal", onchange: take });
  const head = element("div", { class: "model-picker" }, element("span", { class: "letter", text: "C", aria: { hidden: "true" } }), element("span", { text: t("A minus B") }),
    element("label", { class: "contrast-alpha" }, element("span", { class: "label muted", text: t("alpha") }), input));
  const said = element("p", { class: "note figures-line", role: "status" });
  const pieces = createPieces({
    base, run, question: "contrast",
    received(answer) {
      rows = [...rows.slice(0, answer.have), ...answer.rows];
      texts = { ...texts, ...answer.texts };
      onRows({ rows, texts, alpha });
    },
    failed: (problem) => { setText(said, problem); said.classList.add("problem"); },
  });

  function take() {
    alpha = input.value === "" ? USUAL : Math.min(Math.max(Number(input.value), 0), 1);
    onChange();
  }
  return {
    toggle, head, said,
    alpha: () => alpha,
    /** Ask anew with the words of the form and the models of both columns. */
    ask(values) {
      [rows, texts] = [[], {}];
      toggle.setAttribute("aria-pressed", alpha !== null);
      setText(toggle, alpha === null ? t("Add C: A minus B") : t("Without C"));
      setText(said, t("C takes what A finds likelier than B does, among what A finds plausible at all."));
      said.classList.remove("problem");
      pieces.stop();
      if (alpha === null) {
        onRows(null);
        return;
      }
      input.value = alpha;
      onRows({ rows, texts, alpha });
      pieces.ask({ ...values, alpha });
    },
    stop: pieces.stop,
  };
}
