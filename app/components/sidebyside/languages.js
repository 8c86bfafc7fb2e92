/** The same sentence in five languages: how many tokens each tokenizer needs, against English. */
import { element, setText } from "../kit/dom.js";
import { number } from "../kit/format.js";
import { t } from "../kit/words.js";
import { languagesCaption, languageName } from "./captions.js";
import { keyOf } from "./sources.js";

export function createLanguages(store) {
  const table = element("table", { class: "measures languages" });
  const caption = element("p", { class: "caption", aria: { live: "polite" } });
  store.watch(["columns", "facts"], ({ columns, facts }) => {
    const known = columns.map((column) => ({ ...column, languages: facts[keyOf(column)]?.languages ?? [] }));
    const most = Math.max(1, ...known.flatMap(({ languages }) => languages.map(({ times }) => times)));
    const rows = known.find(({ languages }) => languages.length)?.languages ?? [];
    table.style.setProperty("--columns", columns.length);
    table.replaceChildren(
      element("thead", {}, element("tr", {}, element("td"), columns.map(({ label }) => element("th", { scope: "col", text: label })))),
      element("tbody", {}, rows.map(({ code, sentence }, index) => element("tr", {},
        element("th", { scope: "row" }, languageName(code), element("span", { class: "note sentence", lang: code, dir: "auto", text: sentence })),
        known.map(({ languages }) => cellOf(languages[index], most))))));
    setText(caption, languagesCaption(known));
  });
  return element("section", { class: "panel", aria: { label: t("Fair to all languages?") } },
    element("div", { class: "panel-heading" }, element("h2", { text: t("Fair to all languages?") }), element("span", { class: "unit", text: t("tokens for one sentence, against English") })),
    element("div", { class: "table-frame", tabindex: "0", role: "region", aria: { label: t("Fair to all languages?") } }, table), caption);
}

/** "72 · 3.6 ×" and its bar; what is lost is no saving, so it is said and striped. */
function cellOf(language, most) {
  if (!language) return element("td", { text: "…", class: "muted" });
  const { tokens, times, lost } = language;
  const bar = element("span", { class: "bar" });
  bar.style.width = `${(times / most) * 100}%`;
  bar.classList.toggle("lost", lost > 0);
  const words = lost ? t("{tokens} · {times} ×, {lost} of them lost", { tokens, times: number(times), lost }) : t("{tokens} · {times} ×", { tokens, times: number(times) });
  return element("td", {}, element("span", { class: "mono value", text: words }), element("span", { class: "bar-well", aria: { hidden: "true" } }, bar));
}
