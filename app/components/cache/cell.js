/** The numbers of one place in the cache: the key and the value of a token in a layer, head by head, as tinted strips. */
import { asked, figure } from "../inside/numbers.js";
import { createTables } from "../probing/table.js";
import { element, setText } from "../kit/dom.js";
import { fixed } from "../kit/format.js";
import { fitCanvas } from "../kit/plot.js";
import { quotedToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";

export function createCell({ origin }) {
  const title = element("h3");
  const tables = createTables();
  const strips = ["key", "value"].map((kind) => ({ kind, canvas: element("canvas", { class: "cell-strip", role: "img" }) }));
  const names = { key: t("key: what it offers"), value: t("value: what it hands over") };
  const node = element("div", { class: "cell-detail", hidden: true, aria: { live: "polite" } }, title,
    ...strips.map(({ kind, canvas }) => element("div", { class: "cell-line" }, element("span", { class: "note", text: names[kind] }), canvas)),
    element("p", { class: "note", text: t("all numbers of all heads; a gap between two heads") }), tables.box);
  let shown = null;
  strips.forEach(({ kind, canvas }) => canvas.addEventListener("click", ({ offsetX }) => {
    const width = shown[kind][0].length, heads = shown[kind].length;
    const at = Math.min(heads * width - 1, Math.floor((offsetX / canvas.clientWidth) * heads * width));
    const number = askedOf(kind, Math.floor(at / width), at % width);
    if (number) origin.open(number.key, number.at, number.given, canvas);
  }));

  /** One of the key's or the value's numbers, as the pass made it. */
  const askedOf = (kind, head, number) => asked(shown.given, `blocks.${shown.layer}.attn.${kind[0]}`, head, shown.column, number);
  const tableOf = (kind) => ({
    title: names[kind], heads: [t("head"), ...shown[kind][0].map((_value, number) => String(number))],
    rows: shown[kind].map((row, head) => [String(head + 1), ...row.map((value, number) => figure(origin, fixed(value, 3), askedOf(kind, head, number)))]),
  });

  function paint({ canvas, kind }, heads, palette) {
    const { context: pen, width, height } = fitCanvas(canvas);
    const numbers = heads.flat();
    const most = Math.max(1e-9, ...numbers.map(Math.abs));
    const gaps = (heads.length - 1) * 6;
    const step = (width - gaps) / numbers.length;
    numbers.forEach((value, at) => {
      pen.fillStyle = palette.signed.at(0.5 + value / most / 2);
      pen.fillRect(at * step + Math.floor(at / heads[0].length) * 6, 0, Math.max(step - (step > 4 ? 1 : 0), 0.5), height);
    });
    canvas.setAttribute("aria-label", t("{name}: {count} numbers from {low} to {high}", { name: names[kind], count: numbers.length, low: fixed(Math.min(...numbers)), high: fixed(Math.max(...numbers)) }));
  }
  return {
    node,
    /** null: nothing is chosen. */
    draw(next, palette) {
      const fresh = shown !== next;
      shown = next;
      node.hidden = !shown;
      if (!shown) return;
      setText(title, t("Layer {layer}, token {place}: {token}", { layer: shown.layer + 1, place: shown.place + 1, token: quotedToken(shown.token) }));
      if (fresh) tables.show(() => ["key", "value"].map(tableOf));
      strips.forEach((strip) => paint(strip, shown[strip.kind], palette));
    },
  };
}
