/** Where one token's share comes from: an equation for each order, with the numbers that were counted. */
import { element, setText } from "../kit/dom.js";
import { count, number, percent } from "../kit/format.js";
import { quotedToken, visibleToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";

const BELOW = "₀₁₂₃₄₅";

export function createMixing(store) {
  const heading = element("h2");
  const list = element("ol", { class: "equations" });
  const words = element("p", { class: "caption" });
  const note = element("p", { class: "note" });
  store.watch(["table", "chosen"], ({ table, chosen }) => {
    if (!table) return;
    const candidate = table.candidates.find(({ id }) => id === chosen) ?? table.candidates[0];
    setText(heading, t("Where do the {share} of {token} come from?", { share: percent(candidate.share), token: quotedToken(candidate.text) }));
    const first = { order: 0, name: "P₀", sum: `1 / ${table.vocabulary}`, value: 1 / table.vocabulary, seen: t("knowing nothing, all {count} tokens share evenly", { count: table.vocabulary }) };
    const stages = table.stages.map((stage, place) => ({ ...equation(candidate, stage, place, table), order: place + 1 }));
    const shown = table.smoothing === "add-k" ? [first, stages.at(-1)] : [first, ...stages];
    list.replaceChildren(...shown.map((one) => line(one, candidate)));
    setText(words, lastWords(candidate, table));
    setText(note, table.smoothing === "kneser-ney" && stages.length > 1 ? t("Kneser-Ney: in all but the longest context, a count says after how many different tokens it came, not how often. That is why the counts there are small.") : "");
  });
  return element("section", { class: "panel", aria: { label: t("How the orders are mixed") } },
    element("div", { class: "panel-heading" }, heading), list, words, note);
}

function line({ order, name, sum, value, seen }) {
  return element("li", {}, element("span", { class: `swatch order-${order}`, aria: { hidden: "true" } }),
    element("span", { class: "equation mono" }, element("span", { text: `${name} = ${sum} = ` }), element("b", { text: number(value) })), element("span", { class: "note", text: seen }));
}

function equation({ text, counts, shares }, { context, total, kinds, left, discount }, place, { smoothing, added, vocabulary }) {
  const before = context.map(visibleToken).join("");
  const name = `P${BELOW[place + 1]}(${visibleToken(text)}${before ? ` | ${before}` : ""})`;
  const shorter = number(place ? shares[place - 1] : 1 / vocabulary);
  const c = counts[place];
  const value = shares[place];
  const seen = total ? t("{total} times, {kinds} different followers; {left} left to the shorter context", { total: count(total), kinds, left: percent(left) }) : t("this context was never seen: the shorter one decides alone");
  if (smoothing === "add-k") {
    const sentence = t("{total} times, {kinds} different followers; {left} of the share go evenly to all tokens", { total: count(total), kinds, left: percent(left) });
    return { name, sum: `(${c} + ${number(added)}) / (${total} + ${number(added)} · ${vocabulary})`, value, seen: sentence };
  }
  if (!total) return { name, sum: `P${BELOW[place]}`, value, seen };
  if (smoothing === "witten-bell") return { name, sum: `(${c} + ${kinds} · ${shorter}) / (${total} + ${kinds})`, value, seen };
  const own = c ? `(${c} − ${number(discount)}) / ${total} + ` : "";
  return { name, sum: `${own}${number(discount)} · ${kinds} / ${total} · ${shorter}`, value, seen };
}

function lastWords({ text, share, counts, model }, { stages }) {
  const token = quotedToken(text);
  const seen = stages.at(-1);
  const words = { token, count: count(counts.at(-1)), total: count(seen.total), share: percent(share) };
  const counted = seen.total ? t("{token} followed {count} of {total} times; with what shorter contexts say that makes {share}.", words) : t("Here nothing was ever counted, and shorter contexts give {token} {share}.", words);
  return model === null ? counted : `${counted} ${t("The Transformer says {share}.", { share: percent(model) })}`;
}
