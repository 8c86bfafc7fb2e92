/** A field for any text in any language, which runs in the direction of its first letters. */
import { element } from "../kit/dom.js";
import { t } from "../kit/words.js";

export function createField({ text, label, changed, left = () => {}, rows = "3" }) {
  const node = element("textarea", {
    class: "field", rows, spellcheck: "false", aria: { label }, placeholder: t("Write or paste any text, in any language"),
  });
  const turn = () => { node.dir = directionOf(node.value); };
  const fill = (next) => { node.value = next; turn(); };
  fill(text);
  node.addEventListener("input", () => {
    turn();
    changed(node.value);
  });
  node.addEventListener("blur", left);
  return { node, fill };
}

/** Right to left where the first letter is Hebrew, Arabic or alike. The attribute dir="auto" would do the same, but takes
 *  Chromium more than a minute on a megabyte of short lines. */
function directionOf(text) {
  return /^\P{L}*[\u0590-\u08FF\uFB1D-\uFEFC]/u.test(text.slice(0, 200)) ? "rtl" : "ltr";
}
