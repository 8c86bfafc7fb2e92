/** Neurons: the places of the run's text where one number inside an MLP is largest. */
import { element, renew, setText } from "../kit/dom.js";
import { count, fixed, percent } from "../kit/format.js";
import { rove } from "../kit/rove.js";
import { wordsWith } from "../inside/asked.js";
import { inkOn } from "../kit/theme.js";
import { quotedToken, tokenSpan, visibleToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { joined } from "./names.js";
import { createPredict } from "./predict.js";
import { createTables } from "./table.js";

export function createNeurons({ start, again, remember, origin }) {
  let layer = start.layer ? start.layer - 1 : null;
  let neuron = start.neuron ? start.neuron - 1 : null;
  const layerField = element("select", { class: "own-field narrow", aria: { label: t("Layer") }, onchange() { layer = Number(layerField.value); neuron = null; again(); } });
  const neuronField = element("input", { type: "number", min: "1", class: "own-field narrow", aria: { label: t("Neuron") }, onchange() { const wanted = Math.round(Number(neuronField.value)); if (wanted >= 1) { neuron = wanted - 1; again(); } } });
  const selective = element("div", { class: "targets" });
  const here = element("p", { class: "place-line" });
  const placesHeading = element("h3");
  const places = element("ol", { class: "places" });
  const caption = element("p", { class: "caption", aria: { live: "polite" } });
  const predict = createPredict();
  const tables = createTables();
  const settles = [rove(selective, "button"), rove(here, ".tinted"), rove(places, ".tinted", { lines: "li", home: ".ring" })];
  let shown = null;
  const title = t("Neurons: what wakes one number of an MLP?");
  const node = element("div", { class: "panel" }, element("div", { class: "panel-heading" }, element("h2", { text: title }), element("span", { class: "unit", text: t("tint: activation, up to its highest value") }), element("span", { class: "spacer" }),
    element("label", { class: "label" }, t("layer"), " ", layerField), element("label", { class: "label" }, t("neuron"), " ", neuronField)),
  selective, predict.box, element("h3", { text: t("In this sentence") }), here, placesHeading, places, caption, tables.box);

  function draw(answer, palette) {
    shown = answer;
    ({ layer, neuron } = answer);
    if (layerField.options.length !== answer.layers) layerField.replaceChildren(...[...Array(answer.layers).keys()].map((at) => element("option", { value: at, text: String(at + 1) })));
    layerField.value = String(layer);
    neuronField.value = String(neuron + 1);
    neuronField.max = String(answer.width);
    renew(selective, element("span", { class: "label", text: t("seldom awake, then loud:") }), ...answer.selective.map((one) => element("button", {
      type: "button", class: "button small", text: String(one + 1), aria: { pressed: String(one === neuron) }, onclick() { neuron = one; again(); },
    })));
    const given = { layer, neuron };
    const ask = (window) => (place, node, byKey = false) => {
      if (window === null) origin.open(`blocks.${answer.layer}.mlp_post`, [place, answer.neuron], given, node);
      else origin.open("scan.activation", [window, place], given, node);
      if (byKey) origin.panel.focus({ preventScroll: true });
    };
    renew(here, ...tinted(answer.tokens, answer.here, answer.peak, palette, -1, ask(null)));
    setText(placesHeading, t("Where it is strongest in “{title}”, strongest first", { title: answer.title }));
    renew(places, ...answer.places.map((place) => element("li", { class: "place-line" }, element("span", { class: "number peak" }, origin.number(fixed(place.activations[place.position]), "scan.activation", [place.window, place.position], given)),
      element("span", {}, tinted(place.tokens, place.activations, answer.peak, palette, place.position, ask(place.window))))));
    settles.forEach((settle) => settle());
    caption.replaceChildren(...wordsWith(captionOf(answer), { awake: origin.number(percent(answer.awake), "scan.awake", [], given) }));
    predict.show(questionOf(answer));
    tables.show(() => [placesTable(answer, origin), hereTable(answer, origin)]);
    remember();
  }
  return {
    node, title, question: "neurons", draw, values: () => ({ ...(layer === null ? {} : { layer }), ...(neuron === null ? {} : { neuron }) }),
    view: () => ({ layer: shown ? shown.layer + 1 : null, neuron: shown ? shown.neuron + 1 : null }),
  };
}

/** Tokens with their activation as tint; the peak has a ring. A click or Enter asks where it comes from. */
function tinted(tokens, activations, peak, palette, at, onAsk) {
  return tokens.map((token, place) => {
    const share = peak > 0 ? Math.max(0, Math.min(1, activations[place] / peak)) : 0;
    const tint = share > 0.02 ? palette.activationRamp.at(share) : "";
    const words = t("{token}: {value}", { token: quotedToken(token), value: fixed(activations[place]) });
    const node = element("span", {
      class: "tinted", role: "button", tabindex: "-1", title: words, aria: { label: words },
      onclick(event) { onAsk(place, event.currentTarget); },
      onkeydown(event) { if (["Enter", " "].includes(event.key)) { event.preventDefault(); event.stopPropagation(); onAsk(place, event.currentTarget, true); } },
    }, tokenSpan(token));
    if (tint) { node.style.background = tint; node.style.color = inkOn(tint); }
    node.classList.toggle("ring", place === at);
    return node;
  });
}

function captionOf(answer) {
  const peaks = answer.places.map(({ tokens, position }) => tokens[position]);
  const tally = new Map();
  for (const token of peaks) tally.set(token, (tally.get(token) ?? 0) + 1);
  const [token, times] = [...tally].reduce((best, one) => (one[1] > best[1] ? one : best));
  const values = { layer: answer.layer + 1, neuron: answer.neuron + 1, looked: count(answer.looked), times, places: peaks.length, token: quotedToken(token) };
  if (!(answer.peak > 0)) return t("Neuron {neuron} of layer {layer} never wakes in {looked} tokens: it may be dead.", values);
  return joined([
    t("Neuron {neuron} of layer {layer} is awake (over a tenth of its highest value) at {awake} of {looked} tokens.", values),
    times * 2 > peaks.length ? t("{times} of its {places} strongest places stand on {token}.", values) : t("Its strongest places stand on {kinds} different tokens: mixed, or it reads what came before them.", { kinds: tally.size }),
    t("The strongest examples flatter: look at its weaker ones before you name it."),
  ]);
}

function questionOf(answer) {
  const bands = [0.01, 0.1, 0.5];
  const band = bands.filter((edge) => answer.awake >= edge).length;
  return {
    question: t("At how many tokens of the text is this neuron awake?"),
    choices: [t("under 1 %"), t("1 to 10 %"), t("10 to 50 %"), t("over 50 %")].map((text, value) => ({ value, text })), right: band,
    because: t("It is {awake}.", { awake: percent(answer.awake) }),
  };
}

const placesTable = (answer, origin) => ({
  title: t("Strongest places"), heads: [t("activation"), t("token"), t("text")],
  rows: answer.places.map(({ tokens, activations, position, window }) => [origin.number(fixed(activations[position], 3), "scan.activation", [window, position], { layer: answer.layer, neuron: answer.neuron }), visibleToken(tokens[position]), tokens.map(visibleToken).join("")]),
});

const hereTable = (answer, origin) => ({
  title: t("In this sentence"), heads: [t("position"), t("token"), t("activation")],
  rows: answer.tokens.map((token, at) => [String(at + 1), visibleToken(token), origin.number(fixed(answer.here[at], 3), `blocks.${answer.layer}.mlp_post`, [at, answer.neuron])]),
});
