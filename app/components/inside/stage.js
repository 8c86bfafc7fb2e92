/** The stop in view: what it does, its tensors and those that it reads as heat strips, and hands on every number. */
import { animate, element, renew, segmented, setText } from "../kit/dom.js";
import { number } from "../kit/format.js";
import { quotedToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { captionOf, formulaOf, rowAt } from "./captions.js";
import { createHeat, limitOf, rangeOf } from "./heat.js";
import { headOf, indexOf, regionsOf } from "./places.js";
import { axisName, fullName, isShare, madeOf, stopOf, tensorName } from "./stops.js";

const BESIDE = 760; // pixels from which what is read stands beside what is made
const SHORT = 230; // pixels of a strip that shares its column
const REVEAL = 500;

/** `pick(key, at)` chooses a number; `choose(at)` opens a stop. */
export function createStage(store, { pick, choose, choices }) {
  const title = element("h2", { class: "stage-title" });
  const count = element("span", { class: "unit" });
  const caption = element("p", { class: "caption", aria: { live: "polite" } });
  const formula = element("code", { class: "formula" });
  const tabs = element("div", { class: "tabs" });
  const reads = element("div", { class: "reads" });
  const makes = element("div", { class: "makes" });
  const tip = element("p", { class: "tip", role: "status" });
  const bar = element("div", { class: "loading", hidden: true });
  const panel = element("section", { class: "stage panel", aria: { label: t("The stop in view") } },
    element("div", { class: "panel-heading" }, title, count, element("span", { class: "spacer" }), formula), caption,
    element("div", { class: "stage-tools" }, tabs, choices), bar, element("div", { class: "pictures" }, reads, makes), tip);
  let cards = [];
  let built = "";
  let stopMotion = () => {};

  const tensorOf = (state) => state.stops[state.at].made[Math.min(state.which, state.stops[state.at].made.length - 1)];

  store.watch(["stops", "at", "block", "which", "tensors", "row", "head", "number", "hovered", "palette", "width"], (state, changed) => {
    const stop = state.stops[state.at];
    if (!stop || !state.palette) return;
    setText(title, fullName(stop));
    setText(count, t("stop {at} of {stops}", { at: state.at + 1, stops: state.stops.length }));
    setText(formula, formulaOf(stop, state.overview));
    const ready = state.tensors !== null && state.tensors[tensorOf(state).key] !== undefined;
    bar.hidden = ready;
    if (!ready) { setText(caption, ""); return; }
    setText(caption, captionOf(state));
    if (changed.has("tensors") || changed.has("which") || changed.has("stops")) build(state);
    setText(tip, tipOf(state));
    const fresh = changed.has("tensors") && changed.has("at");
    stopMotion();
    if (fresh && state.walking) stopMotion = animate(REVEAL, (share) => draw(store.state, share));
    else draw(state, 1);
  });

  function build(state) {
    const made = tensorOf(state);
    const stop = state.stops[state.at];
    const name = `${state.turn} ${state.at} ${made.key}`;
    if (name === built) return;
    built = name;
    renew(tabs, ...(stop.made.length < 2 ? [] : [segmented({
      label: t("Tensor"), chosen: String(stop.made.indexOf(made)),
      choices: stop.made.map(({ key }, at) => ({ value: String(at), text: tensorName(key) })), onChoose: (value) => store.set({ which: Number(value), number: null, source: null }),
    }).group]));
    const sources = [...new Set(made.reads)];
    const held = panel.querySelector(".pictures").contains(panel.getRootNode().activeElement);
    cards = [...sources.map((key) => createCard(key, true)), createCard(made.key, false)];
    reads.replaceChildren(...cards.slice(0, -1).map(({ node }) => node));
    makes.replaceChildren(cards.at(-1).node);
    reads.hidden = !sources.length;
    if (held) focus();
  }

  /** The keys go on in the picture of what the stop makes. */
  function focus() {
    cards.at(-1)?.heat.canvas.focus({ preventScroll: true });
  }

  function createCard(key, isRead) {
    const heading = element("div", { class: "card-heading" });
    const heat = createHeat({
      hover: (place) => store.set({ hovered: place ? { key, ...place } : null }),
      pick: ({ row, column }) => {
        const made = madeOf(store.state.stops, key);
        if (made) pick(made.key, indexOf(made, headOf(made, store.state.head, store.state.overview.sizes), row, column));
      },
    });
    return { key, isRead, heat, heading, node: element("div", { class: `card ${isRead ? "read" : "made"}` }, heading, heat.canvas) };
  }

  function draw(state, reveal) {
    const made = tensorOf(state);
    const total = panel.clientWidth - 34;
    const beside = total >= BESIDE && reads.children.length > 0;
    panel.classList.toggle("beside", beside);
    const width = beside ? (total - 24) / 2 : total;
    const regions = regionsNow(state, made);
    for (const card of cards) {
      const tensor = state.tensors[card.key];
      if (!tensor) continue;
      const itself = madeOf(state.stops, card.key);
      const axes = itself?.axes ?? "TC";
      const share = isShare(card.key);
      const across = axes.endsWith("S") ? state.overview.tokens : null;
      renew(card.heading, ...headingOf(card, tensor, axes, share, () => choose(stopOf(state.stops, card.key))));
      card.heat.show({
        tensor, tokens: state.overview.tokens, across, share, palette: state.palette, width, row: state.row, head: state.head, stamp: `${state.turn} ${state.head} ${state.themeTurn} ${tensor.first}`,
        limit: limitOf(tensor.values), tall: beside && card.isRead && cards.length > 2 ? SHORT : undefined, reveal: card.isRead ? 1 : reveal,
        regions: regions.filter(({ key }) => key === card.key),
        hovered: state.hovered?.key === card.key ? state.hovered : null, chosen: chosenIn(state, card.key),
        label: t("{name}: {rows} rows, {columns} columns. Arrow keys move, Enter shows where a number came from.", { name: itself ? fullName(state.stops[stopOf(state.stops, card.key)]) : card.key, rows: tensor.rows, columns: tensor.columns }),
      });
    }
  }

  /** What the number under the pointer, else the chosen one, was made of. */
  function regionsNow(state, made) {
    const place = state.hovered?.key === made.key ? state.hovered : chosenIn(state, made.key);
    if (!place) return [];
    const { sizes } = state.overview;
    const ofHead = made.kind !== "join" || Math.floor(place.column / sizes.D) === state.head;
    return ofHead ? regionsOf(made, place.row, place.column, sizes) : [];
  }

  return { panel, focus };
}

/** The chosen number in the picture of a tensor, if it is there. */
function chosenIn({ number: chosen, stops, head, overview }, key) {
  const made = madeOf(stops, key);
  if (!chosen || made?.key !== chosen.key) return null;
  if (made.shape.length === 3 && chosen.at[0] !== headOf(made, head, overview.sizes)) return null;
  return { row: chosen.at.at(-2), column: chosen.at.at(-1) };
}

function headingOf(card, tensor, axes, share, open) {
  const name = tensorName(card.key);
  const shown = card.isRead
    ? element("button", { type: "button", class: "link", text: name, title: t("Go to where it is made"), onclick: open })
    : element("strong", { text: name });
  const [down, across] = axes.slice(-2);
  const { low, high } = rangeOf(tensor.values);
  const part = tensor.alone ? t("one row of many") : t("{rows} × {columns}: {down} × {across}", { rows: tensor.rows, columns: tensor.columns, down: axisName(down), across: axisName(across) });
  const range = share ? t("0 to {high}", { high: number(high) }) : t("{low} to {high}", { low: number(low), high: number(high) });
  return [
    element("div", { class: "card-name" }, element("span", { class: "muted", text: card.isRead ? t("read:") : t("made:") }), shown, element("span", { class: "unit", text: part })),
    element("div", { class: "card-range" }, element("span", { class: share ? "scale share" : "scale", aria: { hidden: "true" } }), element("span", { class: "unit mono", text: range }))];
}

/** What lies under the pointer, and where it came from. */
function tipOf(state) {
  const place = state.hovered;
  const tensor = place && state.tensors[place.key];
  const row = tensor ? rowAt(tensor, place.row) : null;
  if (!row) return t("Point at a number to read it; click it to see where it came from.");
  const made = madeOf(state.stops, place.key);
  const axes = made?.axes ?? "TC";
  const { tokens } = state.overview;
  const column = axes.endsWith("S") ? quotedToken(tokens[place.column]) : `${axisName(axes.at(-1))} ${place.column}`;
  const values = { name: tensorName(place.key), token: quotedToken(tokens[place.row]), place: place.row, column, value: number(row[place.column]) };
  const origin = made ? originOf(made, state, place) : "";
  const read = t("{name} of {token} ({place}), {column}: {value}", values);
  return origin ? t("{read} · from {origin}", { read, origin }) : read;
}

function originOf(made, { overview }, { row, column }) {
  const { tokens, sizes } = overview;
  const names = made.reads.map(tensorName);
  const figures = { first: names[0], second: names[1], row, column, other: quotedToken(tokens[column] ?? ""), count: made.reads.length };
  switch (made.kind) {
    case "lookup": case "table": return t("the table {weights}", { weights: made.weights[0] });
    case "linear": return t("{products} products of {first} and a row of {weights}", { ...figures, products: sizes[made.key.endsWith("mlp_out") ? "M" : "C"], weights: made.weights[0] });
    case "dot": return t("{products} products of q and the k of {other}", { ...figures, products: sizes.D });
    case "mix": return t("{products} values, by the shares of its row", { products: sizes.T });
    case "softmax": return t("all scores of its row");
    case "unit": case "layernorm": return t("all numbers of its row");
    case "sum": return names.join(" + ");
    default: return names[0] ?? "";
  }
}
