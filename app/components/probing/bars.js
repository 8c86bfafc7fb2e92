/** Rows of bars: what may come next, before and after; and signed contributions around a middle line. */
import { element } from "../kit/dom.js";
import { percent } from "../kit/format.js";
import { tokenSpan } from "../kit/tokens.js";
import { t } from "../kit/words.js";

/** candidates: [{text, before, after}] (after missing: one bar each); `number(candidate, which)` draws a share. */
export function shareBars(candidates, { two = true, number = (candidate, which) => percent(candidate[which]) } = {}) {
  const largest = Math.max(1e-9, ...candidates.flatMap(({ before, after }) => [before, after ?? 0]));
  const bar = (kind, share) => element("span", { class: `share-bar ${kind}`, style: `width:${((100 * share) / largest).toFixed(2)}%` });
  const list = element("ol", { class: "share-rows", aria: { label: t("What may come next") } }, candidates.map((candidate) => {
    const { text, before, after } = candidate;
    return element("li", { class: "share-row" }, element("span", { class: "share-name" }, tokenSpan(text)),
      element("span", { class: "share-track", aria: { hidden: "true" } }, bar("before", before), ...(two ? [bar("after", after)] : [])),
      element("span", { class: "number" }, number(candidate, "before"), ...(two ? [" → ", number(candidate, "after")] : [])));
  }));
  return list;
}

/** rows: [{name, value, text}]; bars grow left for negative values, right for positive. */
export function signedBars(rows, { onChoose = null, chosen = null } = {}) {
  const largest = Math.max(1e-9, ...rows.map(({ value }) => Math.abs(value)));
  return element(onChoose ? "div" : "ol", { class: "signed-rows" }, rows.map(({ name, value, text, kind = "" }, place) => {
    const width = (50 * Math.abs(value)) / largest;
    const bar = element("span", { class: `signed-bar ${value < 0 ? "against" : "for"}`, style: `width:${width.toFixed(2)}%;${value < 0 ? "right" : "left"}:50%` });
    const row = element(onChoose ? "div" : "li", { class: `signed-row ${kind}` }, element("span", { class: "signed-name" }, name), element("span", { class: "signed-track", aria: { hidden: "true" } }, bar),
      element("span", { class: "number", text }));
    row.classList.toggle("chosen", place === chosen);
    if (onChoose) {
      row.tabIndex = 0;
      row.setAttribute("role", "button");
      row.setAttribute("aria-pressed", String(place === chosen));
      row.setAttribute("aria-label", `${name}: ${text}`);
      row.addEventListener("click", () => onChoose(place));
      row.addEventListener("keydown", (event) => { if (["Enter", " "].includes(event.key)) { event.preventDefault(); onChoose(place); } });
    }
    return row;
  }));
}
