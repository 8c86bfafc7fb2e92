/** Which kept model of which run stands in a column. */
import { apiAddress } from "../kit/address.js";
import { element } from "../kit/dom.js";
import { t } from "../kit/words.js";

/** The steps whose models can be opened: those kept, and step 0 of a run whose first weights can be drawn again. */
export async function stepsOf(base, { id, scratch }) {
  const response = await fetch(apiAddress(base, "checkpoints", { run: id }), { cache: "no-store" }).catch(() => null);
  const kept = response?.ok ? (await response.json()).steps : [];
  return scratch && kept.length && kept[0] !== 0 ? [0, ...kept] : kept;
}

/** A model to stand beside the newest: one early in its training, so that both texts differ. */
export const earlier = (steps) => steps.toSorted((one, other) => Math.abs(one - steps.at(-1) / 10) - Math.abs(other - steps.at(-1) / 10))[0] ?? null;

/** createModelPicker({letter, runs, run, fixedRun, base, onChoose({run, step})}); show({run, step}) without telling. */
export function createModelPicker({ letter, runs, fixed, base, onChoose }) {
  const run = element("select", { class: "field", aria: { label: t("Run of {letter}", { letter }) }, onchange: () => take(run.value) },
    runs.map(({ id, label }) => element("option", { value: id, text: label })));
  const step = element("select", { class: "field narrow", aria: { label: t("Step of {letter}", { letter }) }, onchange: () => onChoose({ run: run.value, step: Number(step.value) }) });
  const node = element("div", { class: "model-picker" }, element("span", { class: "letter", text: letter, aria: { hidden: "true" } }), run, step);
  run.disabled = fixed;
  let turn = 0;

  async function offer(id, wanted) {
    turn += 1;
    const mine = turn;
    const steps = await stepsOf(base, runs.find((one) => one.id === id) ?? { id, scratch: false });
    if (mine !== turn) return null;
    run.value = id;
    step.replaceChildren(...steps.map((value) => element("option", { value, text: value === 0 ? t("step 0, untrained") : t("step {step}", { step: value }) })));
    const found = wanted(steps);
    step.value = String(found);
    step.hidden = steps.length < 2;
    return found;
  }
  async function take(id) {
    const found = await offer(id, (steps) => steps.at(-1) ?? null);
    if (found !== null) onChoose({ run: id, step: found });
  }
  return { node, offer };
}
