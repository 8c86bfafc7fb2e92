/** What is kept of the weights, behind a fold: the parts' norms and the map of tokens; and what keeping it all cost. */
import { element, setText } from "../kit/dom.js";
import { number } from "../kit/format.js";
import { t } from "../kit/words.js";
import { newestRow } from "./measures.js";
import { createParts } from "./parts.js";
import { createTokenMap } from "./token_map.js";

export function createInside(store, run, address) {
  const cost = element("p", { class: "note" });
  const older = element("p", { class: "note", text: t("This run kept no numbers of its weights: it was trained by an older version."), hidden: true });
  const parts = createParts(store);
  const map = createTokenMap(store, address);
  const fold = element("details", { class: "values inside", ontoggle: () => store.set({ insideOpen: fold.open }) },
    element("summary", { text: t("Inside the weights: norms and a map of the tokens") }), older, element("div", { class: "inside-columns" }, map.node, parts.node), cost);
  store.watch(["points", "revision"], ({ points, rowCount }) => {
    older.hidden = !points.length || points.some(({ parts: kept }) => kept?.length);
    parts.node.hidden = map.node.hidden = !older.hidden;
    const shares = run.columns.history_share ?? [];
    const row = newestRow(shares, rowCount);
    setText(cost, row < 0 ? "" : t("{count} moments are kept of this run. Taking them cost {share} % of its time.", { count: points.length, share: number(100 * shares[row]) }));
  });
  return { panel: fold, stop: map.stop };
}
