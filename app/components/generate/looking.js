/** Where the last token looked before the choice: one bar above each earlier token, for one layer. */
import { element, setText } from "../kit/dom.js";
import { percent } from "../kit/format.js";
import { inkOn } from "../kit/theme.js";
import { quotedToken, tokenSpan } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { withNumbers } from "../inside/asked.js";
import { asked, figure } from "../inside/numbers.js";
import { attentionWords } from "./wording.js";

const BAR_HEIGHT = 44;
const NAMED = 3; // how many bars carry their number

export function createLooking({ onLayer, origin }) {
  const picker = element("select", { class: "button", aria: { label: t("Layer") }, on: { change: () => onLayer(Number(picker.value)) } });
  const strip = element("div", { class: "looks", role: "img" });
  const words = element("p", { class: "caption small" });
  const link = element("a", { target: "_blank", class: "button", text: t("All heads in Attention") });
  const node = element("section", { class: "panel looking", aria: { label: t("Where did it look?") } },
    element("div", { class: "panel-heading" },
      element("h2", { text: t("Where did it look to make this choice?") }), element("span", { class: "note grow", text: t("mean over the heads, percent") }), link, picker),
    strip, words);
  const cells = [];
  let shownLayers = 0;

  return {
    node,
    rebuild({ layers }) {
      if (layers === shownLayers) return;
      shownLayers = layers;
      node.hidden = !layers;
      picker.replaceChildren(...Array.from({ length: layers }, (_, layer) => element("option", { value: layer, text: t("Layer {number}", { number: layer + 1 }) })));
      picker.hidden = layers < 2;
    },
    update(look) {
      if (!look) return;
      const { weights, tokens, layer, palette, chosen, scale, monospaced, address, given, place: last } = look;
      link.href = address;
      picker.value = String(layer);
      const largest = Math.max(...weights);
      const strongest = new Set(weights.map((weight, place) => [weight, place]).sort((one, other) => other[0] - one[0]).slice(0, NAMED).map(([, place]) => place));
      while (cells.length < weights.length) cells.push(createCell(strip));
      strip.classList.toggle("characters", monospaced);
      strip.style.setProperty("--cells", weights.length);
      cells.forEach((cell, place) => {
        cell.node.hidden = place >= weights.length;
        if (!cell.node.hidden) paintCell(cell, tokens[place], weights[place], largest, palette, scale, strongest.has(place), place === weights.length - 1);
      });
      const sentence = attentionWords({ weights, tokens, layer, chosen: quotedToken(chosen) });
      strip.setAttribute("aria-label", sentence);
      const earlier = Math.max(0, 1 - weights.reduce((sum, weight) => sum + weight, 0));
      const said = earlier < 0.005 ? sentence : `${sentence} ${t("Further back, not drawn: {share}.", { share: percent(earlier) })}`;
      const most = weights.map((weight, place) => ({ weight, place: last - (weights.length - 1 - place) })).sort((one, other) => other.weight - one.weight).slice(0, 2);
      words.replaceChildren(...withNumbers(said, most.map(({ weight, place }) => [percent(weight), figure(origin, percent(weight), asked(given, "combine.mean", layer, last, place))])));
    },
  };
}

function createCell(strip) {
  const [value, bar, glyph] = ["look-value", "look-bar", "look-token"].map((name) => element("span", { class: name }));
  const node = element("span", { class: "look" }, value, bar, glyph);
  strip.append(node);
  return { node, value, bar, glyph, token: null };
}

function paintCell(cell, token, weight, largest, palette, scale, named, isQuery) {
  const { node, value, bar, glyph } = cell;
  bar.style.height = `${Math.max((weight / largest) * BAR_HEIGHT * scale, 1).toFixed(1)}px`;
  const background = palette.attention.at((weight / largest) * 0.67);
  glyph.style.background = background;
  glyph.style.color = inkOn(background);
  if (cell.token !== token) glyph.replaceChildren(tokenSpan(token));
  cell.token = token;
  setText(value, named && weight >= 0.02 ? (weight * 100).toFixed(0) : "");
  node.classList.toggle("query", isQuery);
  node.title = `${quotedToken(token)}: ${percent(weight)}`;
}
