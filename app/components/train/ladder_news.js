/** "step 340: better than counting pairs", said once to those who do not see the ring on the curve. */
import { element, setText } from "../kit/dom.js";
import { rungPassed } from "../kit/ladder.js";
import { t } from "../kit/words.js";

export function createLadderNews(store, run) {
  const news = element("div", { class: "visually-hidden ladder-news", role: "status" });
  let passed = null; // how many when the page was opened, or when the run began again
  store.watch(["revision", "replaying"], ({ rowCount, replaying }) => {
    const step = rowCount ? run.steps[rowCount - 1] : -1;
    const reached = run.rungs.filter(({ beatenAt }) => beatenAt !== null && beatenAt <= step);
    const lowest = reached.at(-1);
    if (passed !== null && reached.length > passed && !replaying) setText(news, t("{when}: {what}", { when: t("step {step}", { step: lowest.beatenAt }), what: rungPassed(lowest.name) }));
    if (rowCount) passed = reached.length;
  });
  return news;
}
