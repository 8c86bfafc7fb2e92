/** Every number of the picture as tables, built only while they are open. */
import { element } from "../kit/dom.js";
import { fixed } from "../kit/format.js";
import { t } from "../kit/words.js";
import { nameOf } from "../surprise/captions.js";
import { className } from "./classes.js";
import { rangeText } from "./specs.js";

export function createTable(store) {
  const body = element("div", { class: "tables" });
  const details = element("details", { class: "values" }, element("summary", { text: t("Values as a table") }), body);
  const build = () => body.replaceChildren(...(details.open ? [store.state.now, store.state.then].filter(Boolean).flatMap((answer) => tablesOf(answer, nameOf(answer, store.state))) : []));
  details.addEventListener("toggle", build);
  store.watch(["now", "then"], build);
  return details;
}

function tablesOf(answer, name) {
  const group = (title, head, rows, label) => table(`${title} · ${name}`, [head, t("tokens"), t("nats"), t("standard error"), t("share of the loss")],
    rows.map((row) => [label(row), String(row.n), fixed(row.loss, 3), fixed(row.error, 3), row.n ? fixed((row.loss * row.n) / (answer.loss * answer.n), 3) : "–"]));
  const bins = (title, found) => table(`${title} · ${name}`, [t("probability"), t("guesses"), t("mean said"), t("share that came"), t("standard error")],
    found.map(({ low, high, n, said, came, error }) => [`${fixed(low, 1)}–${fixed(high, 1)}`, String(n), fixed(said, 4), fixed(came, 4), fixed(error, 4)]));
  return [
    group(t("By kind of token"), t("kind"), answer.classes, ({ name: kind }) => className(kind)),
    group(t("By place in the context"), t("tokens before it"), answer.position, rangeText),
    ...(answer.frequency ? [group(t("By frequency in the training text"), t("times met"), answer.frequency, rangeText)] : []),
    table(`${t("Right among its first k choices")} · ${name}`, [t("k"), t("share"), t("standard error")], answer.top.map(({ k, share, error }) => [String(k), fixed(share, 4), fixed(error, 4)])),
    bins(t("its first choice"), answer.calibration.first.bins), bins(t("every candidate"), answer.calibration.all.bins),
  ];
}

function table(title, heads, rows) {
  const cells = (kind, row) => element("tr", {}, row.map((text) => element(kind, { text })));
  return element("div", { class: "table-frame", tabindex: "0", role: "region", aria: { label: title } },
    element("table", {}, element("caption", { text: title }), element("thead", {}, cells("th", heads)), element("tbody", {}, rows.map((row) => cells("td", row)))));
}
