/** One factor worked out, and the same product in several formats beside the sum of its logarithms. */
import { element, setText } from "../kit/dom.js";
import { count, fixed, number } from "../kit/format.js";
import { tokenSpan, visibleToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { placeIn } from "./chips.js";
import { asked, figure } from "../inside/numbers.js";
import { givenOf, LIMITS, power, running, superscript, underflowAt } from "./maths.js";

const CONTEXT = 12; // tokens that are shown of what comes before

export function createWorking(store, origin) {
  const product = element("p", { class: "equation", dir: "ltr" });
  const logs = element("p", { class: "equation", dir: "ltr" });
  const rows = ["float16", "float32", "float64"].map((format) => {
    const value = element("td", { class: "mono" });
    const note = element("td", { class: "note" });
    return { format, value, note, row: element("tr", {}, element("th", { class: "mono", scope: "row", text: format }), value, note) };
  });
  const sum = origin.live();
  const table = element("table", { class: "formats" }, element("caption", { class: "note", text: t("The same in a computer’s numbers") }),
    element("tbody", {}, rows.map(({ row }) => row), element("tr", { class: "sum-row" }, element("th", { scope: "row", text: t("sum of ln") }), element("td", { class: "mono" }, sum.node), element("td", { class: "note", text: t("never runs out") }))));
  store.watch(["A", "B", "at", "hovered", "active", "palette"], (state) => {
    const answer = state[state.active] ?? state.A ?? state.B;
    if (!answer) return;
    const place = placeIn(answer, state);
    const levels = running(answer.logs);
    const mean = levels.at(-1) / (answer.logs.length - 1);
    product.replaceChildren(...factor(answer, place, levels, origin));
    logs.replaceChildren(...addition(answer, place, levels, origin));
    rows.forEach(({ format, value, note }) => {
      const now = answer.products[format][place];
      const gone = underflowAt(answer.products[format]);
      setText(value, now === 0 ? "0" : small(now));
      value.classList.toggle("gone", now === 0);
      setText(note, gone === null ? t("holds; at this pace 0 after about {count} tokens", { count: count(Math.round(LIMITS[format] / mean)) }) : t("0 from token {place} on", { place: gone + 1 }));
    });
    sum.show(fixed(levels[place], 3), place ? asked(givenOf(answer), "product.sum", place) : null);
  });
  return { equations: element("div", { class: "equations" }, product, logs), table };
}

function factor(answer, place, levels, origin) {
  const { tokens, logs, ids } = answer;
  const ask = (text, key, ...at) => figure(origin, text, asked(givenOf(answer), key, ...at));
  const context = element("bdi", { class: "mono context", text: `${place > CONTEXT ? "…" : ""}${tokens.slice(Math.max(0, place - CONTEXT), place).map(visibleToken).join("")}` });
  if (place === 0) return [element("bdi", { class: "mono" }, tokenSpan(tokens[0])), ` ${t("is given, nothing comes before it: the product begins with 1.")}`];
  return ["p(", element("bdi", { class: "mono came" }, tokenSpan(tokens[place])), " | ", context, ") = ", element("span", { class: "probability" }, ask(number(Math.exp(logs[place])), "probabilities", place - 1, ids[place])),
    "    ", t("product"), ": ", place > 1 ? ask(power(levels[place - 1]), "product.value", place - 1) : "1", ` · ${number(Math.exp(logs[place]))} = `,
    element("b", {}, ask(power(levels[place]), "product.value", place))];
}

function addition(answer, place, levels, origin) {
  const ask = (text, key, at) => figure(origin, text, asked(givenOf(answer), key, at));
  const { logs } = answer;
  if (place === 0) return ["ln 1 = 0"];
  return [t("in logarithms"), ": ", place > 1 ? ask(fixed(levels[place - 1]), "product.sum", place - 1) : fixed(0), " + (", ask(fixed(logs[place]), "product.log", place), ") = ",
    element("b", {}, ask(fixed(levels[place]), "product.sum", place))];
}

/** A number of the format itself, as 4.54 × 10⁻⁵. */
function small(value) {
  if (value >= 1e-3) return String(Number(value.toPrecision(3)));
  const [digits, tens] = value.toExponential(2).split("e");
  return `${digits} × 10${superscript(Number(tens))}`;
}
