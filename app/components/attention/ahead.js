/** How much of its attention a run without a causal mask gives to later tokens, in words. */
import { element, setText } from "../kit/dom.js";
import { percent } from "../kit/format.js";
import { t } from "../kit/words.js";

/** An empty list behind a causal mask, where nothing goes there. */
export function createAhead(film, store) {
  if (film.causal) return [];
  const notice = element("p", { class: "notice", role: "note" });
  store.watch(["selected", "points"], ({ selected }) => {
    setText(notice, t("At this moment {share} of all attention of this run goes to later tokens, as nothing hides them.", { share: percent(film.moments[selected].ahead ?? 0) }));
  });
  return [notice];
}
