/** Which of two sentences does the model find likelier, in total and per token? Numbers beside each other, and in words. */
import { element } from "../kit/dom.js";
import { fixed, number } from "../kit/format.js";
import { t } from "../kit/words.js";
import { asked, figure } from "../inside/numbers.js";
import { givenOf, power, summary } from "./maths.js";

const ALIKE = 0.005; // nats

export function createVerdict(store, origin) {
  const table = element("table", { class: "sums" });
  const words = element("p", { class: "caption", aria: { live: "polite" } });
  store.watch(["A", "B", "palette"], ({ A, B }) => {
    const sides = [["A", A], ["B", B]].filter(([, answer]) => answer).map(([name, answer]) => ({ name, ...summary(answer), bytes: answer.bytes, given: givenOf(answer) }));
    table.replaceChildren(...rowsOf(sides, origin));
    words.textContent = verdict(sides);
  });
  return { table, words };
}

/** `best`: whether the smaller number is the better one; null where there is no better. */
const ROWS = [
  { label: () => t("tokens (all but the first)"), value: ({ tokens }) => tokens, text: String, best: null },
  { label: () => t("probability, the product"), value: ({ total }) => -total, text: (value) => power(-value), best: true, key: "product.value", at: ({ tokens }) => [tokens] },
  { label: () => t("ln of it, the sum"), value: ({ total }) => -total, text: (value) => fixed(-value, 2), best: true, key: "product.sum", at: ({ tokens }) => [tokens] },
  { label: () => t("loss: its mean per token, nats"), value: ({ mean }) => mean, text: (value) => fixed(value, 3), best: true, key: "text.mean" },
  { label: () => t("perplexity, e to the loss"), value: ({ perplexity }) => perplexity, text: number, best: true, key: "text.perplexity" },
  { label: () => t("bits per byte"), value: ({ bitsPerByte }) => bitsPerByte, text: (value) => fixed(value, 3), best: true, key: "text.bits_per_byte" },
];

function rowsOf(sides, origin) {
  const head = element("tr", {}, element("td"), sides.map(({ name }) => element("th", { scope: "col", class: `mono ${name}`, text: name })));
  const body = ROWS.map(({ label, value, text, best, key, at = () => [] }) => {
    const values = sides.map(value);
    const least = Math.min(...values);
    return element("tr", {}, element("th", { scope: "row", text: label() }), values.map((one, which) => {
      const better = best && sides.length > 1 && one === least && values.some((other) => other !== one);
      const side = sides[which];
      return element("td", { class: better ? "mono better" : "mono" }, figure(origin, text(one), key ? asked(side.given, key, ...at(side)) : null), better ? " ◂" : "");
    }));
  });
  return [element("thead", {}, head), element("tbody", {}, body)];
}

function verdict(sides) {
  if (!sides.length) return "";
  if (sides.length === 1) {
    const [{ total, mean, tokens }] = sides;
    return t("All {tokens} factors multiply to {product}. Its ln, divided by {tokens}, is the loss: {mean} nats per token.", { tokens, product: power(total), mean: fixed(mean, 3) });
  }
  const [a, b] = sides;
  const [likelier, other] = a.total >= b.total ? [a, b] : [b, a];
  const times = power(likelier.total - other.total);
  const inTotal = likelier.total - other.total < ALIKE ? t("In total both are equally likely.") : t("In total {name} is the likelier one, {times} times as likely as {other}.", { name: likelier.name, other: other.name, times });
  const lower = a.mean <= b.mean ? a : b;
  if (Math.abs(a.mean - b.mean) < ALIKE) return `${inTotal} ${t("Per token they cost the same.")}`;
  const perToken = lower === likelier ? t("Per token too, {name} is the less surprising one.", { name: lower.name })
    : t("Per token it is {name}: it is longer, and every further token makes a product smaller, however well it was foreseen.", { name: lower.name });
  return `${inTotal} ${perToken}`;
}
