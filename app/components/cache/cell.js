/** The numbers of one place in the cache: the key and the value of a token in a layer, head by head, as tinted strips. */
import { element, setText } from "../kit/dom.js";
import { fixed } from "../kit/format.js";
import { fitCanvas } from "../kit/plot.js";
import { quotedToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";

export function createCell() {
  const title = element("h3");
  const strips = ["key", "value"].map((kind) => ({ kind, canvas: element("canvas", { class: "cell-strip", role: "img" }) }));
  const names = { key: t("key: what it offers"), value: t("value: what it hands over") };
  const node = element("div", { class: "cell-detail", hidden: true, aria: { live: "polite" } }, title,
    ...strips.map(({ kind, canvas }) => element("div", { class: "cell-line" }, element("span", { class: "note", text: names[kind] }), canvas)),
    element("p", { class: "note", text: t("all numbers of all heads; a gap between two heads") }));

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
    draw(shown, palette) {
      node.hidden = !shown;
      if (!shown) return;
      setText(title, t("Layer {layer}, token {place}: {token}", { layer: shown.layer + 1, place: shown.place + 1, token: quotedToken(shown.token) }));
      strips.forEach((strip) => paint(strip, shown[strip.kind], palette));
    },
  };
}
