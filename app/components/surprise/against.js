/** What the reading is laid beside: nothing, another step of this run, or another run at one of its kept steps. */
import { apiAddress } from "../kit/address.js";
import { fetchAnswer } from "../kit/ask.js";
import { element } from "../kit/dom.js";
import { t } from "../kit/words.js";

const MOST_RUNS = 50;

/** A box of two native choices; it writes `against` ({run, step, byItself: nobody chose it} or null) and `otherName`. */
export function createAgainst(store, base) {
  const others = element("optgroup", { label: t("Another run") });
  const which = element("select", { class: "choice", aria: { label: t("Compare with") }, onchange: () => choose(which.value) },
    element("option", { value: "", text: t("nothing") }), element("option", { value: store.state.run, text: t("this run, earlier or later") }), others);
  const step = element("select", { class: "choice", aria: { label: t("Step to compare with") }, onchange: () => store.set({ against: { run: which.value, step: Number(step.value) } }) });
  const at = element("label", { class: "field" }, t("at step"), step);
  const names = new Map();
  const kept = new Map(); // steps by run

  const ofRun = (run) => (run === store.state.run ? store.state.points.map((point) => point.step) : kept.get(run));

  async function choose(run) {
    if (!run) { store.set({ against: null }); return; }
    if (run === store.state.run) { store.set({ against: { run, step: store.state.points[0]?.step ?? 0 } }); return; }
    await learn(run);
    store.set({ against: { run, step: kept.get(run)?.at(-1) ?? -1 }, otherName: names.get(run) ?? run });
  }

  async function learn(run) {
    if (!kept.has(run)) kept.set(run, (await fetchAnswer(apiAddress(base, "checkpoints", { run })).catch(() => ({ steps: [] }))).steps);
  }

  fetchAnswer(apiAddress(base, "runs", {})).then(async ({ rows }) => {
    const runs = rows.filter(({ id, state, step: done }) => id !== store.state.run && (done > 0 || state === "done")).slice(0, MOST_RUNS);
    runs.forEach(({ id, name, gallery }) => names.set(id, gallery ? name : `${name} · ${id}`));
    others.replaceChildren(...runs.map(({ id }) => element("option", { value: id, text: names.get(id) })));
    const { against, run } = store.state;
    if (against && against.run !== run) {
      await learn(against.run);
      store.set({ otherName: names.get(against.run) ?? against.run, against: { ...store.state.against } });
    }
  }, () => {}); // without the list there are the steps of this run

  store.watch(["against", "points", "then"], ({ against, then }) => {
    which.value = against?.run ?? "";
    const steps = (against && ofRun(against.run)) ?? [];
    at.hidden = !against || steps.length < 2;
    if (step.childElementCount !== steps.length || step.dataset.run !== against?.run || Number(step.lastChild?.value) !== steps.at(-1)) {
      step.dataset.run = against?.run ?? "";
      step.replaceChildren(...steps.map((each) => element("option", { value: each, text: String(each) })));
    }
    if (then) step.value = String(then.step);
  });
  return element("div", { class: "against" }, element("label", { class: "field" }, t("Compare with"), which), at);
}
