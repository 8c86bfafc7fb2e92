/** The fold under the curves that takes one step apart; its picture and its numbers are fetched when it is opened. */
import { element, setText } from "../kit/dom.js";
import { t } from "../kit/words.js";

const SELECT_DELAY = 400;

export function createStepFold(store, { base, runId }) {
  const inside = element("div", { class: "one-step-inside" });
  const trouble = element("p", { class: "muted", hidden: true });
  const panel = element("details", { class: "panel one-step", ontoggle: open },
    element("summary", {}, element("h2", { text: t("One step in arithmetic") }),
      element("span", { class: "unit", text: t("one weight, from its gradient to its new value; one token, before and after") })),
    inside, trouble);
  let view = null;
  let loading = false;
  let timer = 0;

  async function open() {
    if (!panel.open || view || loading) return;
    loading = true;
    try {
      const { createStepView } = await import("./one_step.js");
      view = createStepView({ base, runId, palette: () => store.state.palette });
      inside.replaceChildren(view.panel);
      follow(store.state);
    } catch {
      setText(trouble, t("The server does not answer; trying again."));
    }
    trouble.hidden = view !== null;
    loading = false;
  }

  /** The timeline chooses the step: the newest that can be made again while it is live. */
  function follow({ follows, points, selected, status }) {
    view.know(status);
    view.choose(follows ? null : points[selected]?.step ?? null);
  }

  store.watch(["status", "selected", "follows", "palette"], (state, changed) => {
    if (!view || !panel.open) return;
    if (changed.has("palette")) view.redraw();
    if (changed.has("selected") || changed.has("follows")) {
      clearTimeout(timer);
      timer = setTimeout(() => follow(store.state), SELECT_DELAY);
    } else view.know(state.status);
  });
  return { panel, stop() { clearTimeout(timer); view?.stop(); } };
}
