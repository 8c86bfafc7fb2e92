/** The numbers behind the pictures as a table, built only while it is open. */
import { element } from "../kit/dom.js";
import { fixed } from "../kit/format.js";
import { t } from "../kit/words.js";
import { outcomeName } from "./bars.js";
import { crossEntropy, distributions, divergence, entropy, slope, surpriseShare } from "./maths.js";
import { inUnit } from "./units.js";

export function createTable(store) {
  const body = element("div", { class: "tables" });
  const details = element("details", { class: "values" }, element("summary", { text: t("Values as a table") }), body);
  const build = () => body.replaceChildren(...(details.open ? [outcomes(store.state), sums(store.state)] : []));
  details.addEventListener("toggle", build);
  store.watch(["truth", "smoothing", "logits", "temperature", "outcomes"], () => { if (details.open) build(); });
  return details;
}

function table(heads, rows) {
  const cells = (kind, row) => element("tr", {}, row.map((text) => element(kind, { text })));
  return element("div", { class: "table-frame", tabindex: "0" },
    element("table", {}, element("thead", {}, cells("th", heads)), element("tbody", {}, rows.map((row) => cells("td", row)))));
}

function outcomes(state) {
  const { p, q } = distributions(state);
  const gradient = slope(p, q, state.temperature);
  return table([t("outcome"), "p", "q", t("−p ln q, nats"), t("−p ln p, nats"), t("logit z"), t("gradient")], p.map((share, index) => [
    outcomeName(state.outcomes[index]), fixed(share, 4), fixed(q[index], 4), fixed(surpriseShare(share, q[index]), 4), fixed(surpriseShare(share, share), 4),
    fixed(state.logits[index], 4), fixed(gradient[index], 4),
  ]));
}

function sums(state) {
  const { p, q } = distributions(state);
  const rows = [["H(p)", entropy(p)], ["H(q)", entropy(q)], ["H(p, q)", crossEntropy(p, q)], ["H(q, p)", crossEntropy(q, p)], ["KL(p‖q)", divergence(p, q)], ["KL(q‖p)", divergence(q, p)]];
  return table([t("sum"), t("nats"), t("bits"), t("choices")], rows.map(([name, nats]) => [name, ...["nats", "bits", "perplexity"].map((unit) => fixed(inUnit(nats, unit), 4))]));
}
