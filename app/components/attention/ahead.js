/** What the picture leaves out where a run has no causal mask, in words: the attention that goes to later tokens. */
import { element, setText } from "../kit/dom.js";
import { percent } from "../kit/format.js";
import { t } from "../kit/words.js";

/** An empty list behind a causal mask, where nothing is left out. */
export function createAhead(film, store) {
  if (film.causal) return [];
  const notice = element("p", { class: "notice", role: "note" });
  store.watch(["selected", "points"], ({ selected }) => {
    setText(notice, t("At this moment {share} of all attention of this run goes to later tokens, as nothing hides them. The picture draws only what each token gives to itself and to those before it, so a row falls short of 1.", { share: percent(film.moments[selected].ahead ?? 0) }));
  });
  return [notice];
}
