/** Predict first: a question about the picture, answered from the same numbers once the reader has chosen. */
import { element } from "../kit/dom.js";
import { t } from "../kit/words.js";

/** show({question, choices: [{value, text}], right, because}): a new question forgets the old answer. */
export function createPredict() {
  const words = element("p", { class: "predict-question" });
  const row = element("div", { class: "predict-choices" });
  const verdict = element("p", { class: "predict-verdict", role: "status" });
  const box = element("div", { class: "predict", role: "group", hidden: true }, words, row, verdict);
  let asked = "";

  function show({ question, choices, right, because }) {
    const key = JSON.stringify([question, choices, right, because]);
    if (key === asked) return;
    asked = key;
    box.hidden = false;
    box.setAttribute("aria-label", question);
    words.replaceChildren(element("b", { text: t("Predict first.") }), ` ${question}`);
    verdict.textContent = "";
    row.replaceChildren(...choices.map(({ value, text }) => element("button", {
      type: "button", class: "button small", text, aria: { pressed: "false" },
      onclick(event) {
        for (const button of row.children) button.setAttribute("aria-pressed", String(button === event.currentTarget));
        verdict.textContent = `${value === right ? t("Yes.") : t("No.")} ${because}`;
      },
    })));
  }
  return { box, show, hide: () => { box.hidden = true; } };
}
