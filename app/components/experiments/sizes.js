/** How large an experiment is: small ones answer in half a minute. */
import { segmented } from "../kit/dom.js";
import { t } from "../kit/words.js";

export const SIZES = ["glance", "quick", "longer", "wider"];

export function createSizes(store) {
  const texts = { glance: t("120 steps"), quick: t("400 steps"), longer: t("1500 steps"), wider: t("800 steps, twice as wide") };
  const { group, show } = segmented({ label: t("Size"), choices: SIZES.map((value) => ({ value, text: texts[value] })), chosen: store.state.size_of_trial, onChoose: (value) => store.set({ size_of_trial: value }) });
  store.watch(["size_of_trial"], (state) => show(state.size_of_trial));
  return group;
}
