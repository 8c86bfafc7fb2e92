/** Without it: every head and MLP switched off alone, as a table; a click switches several off and shows what is left. */
import { disable, element, segmented, setText } from "../kit/dom.js";
import { fixed } from "../kit/format.js";
import { t } from "../kit/words.js";
import { wordsWith } from "../inside/asked.js";
import { createGrid } from "./grid.js";
import { joined, partName, signed } from "./names.js";
import { createOutcome, outcomeCaption } from "./operation.js";
import { createPredict } from "./predict.js";
import { createTables } from "./table.js";

export function createWithout({ ask, start, again, sentenceOf, remember, palette, origin }) {
  const off = new Set((start.off ?? "").split(",").filter(Boolean)); // "0.1" is head 1.2, "0" the MLP of layer 1
  let place = start.place ?? null;
  let how = "zero";
  let table = null;
  let operated = "";
  let shown = null;
  const grid = createGrid({ label: t("Heads and MLPs: the loss without each"), toggles: true, onLock: (row, column) => { if (row !== null) toggle(row, column); } });
  const chooseHow = segmented({
    label: t("What takes its place"), chosen: "zero", choices: [{ value: "zero", text: t("nothing (zero)") }, { value: "mean", text: t("its average") }],
    onChoose(value) { how = value; again(); },
  });
  const whole = element("button", { type: "button", class: "button small", text: t("Switch all on"), onclick() { off.clear(); show(); operate(); } });
  const caption = element("p", { class: "caption", aria: { live: "polite" } });
  const alone = element("p", { class: "note alone" });
  const number = (text, key, at) => origin.number(text, key, at, asked());
  const outcome = createOutcome({ onPlace(next) { place = next; operate(); }, number });
  const after = element("p", { class: "caption", aria: { live: "polite" } });
  const predict = createPredict();
  const tables = createTables();
  const title = t("Without it: which part is missed?");
  const node = element("div", { class: "panel" }, element("div", { class: "panel-heading" }, element("h2", { text: title }),
    element("span", { class: "unit", text: t("nats per token that the loss rises without this part alone; click to switch off") }), element("span", { class: "spacer" }), chooseHow.group, whole),
  predict.box, grid.box, alone, caption, after, outcome.node, tables.box);

  const effectAt = (row, column) => table.effects.find(({ layer, head }) => layer === row && (head ?? table.heads) === column);
  const keyOf = ({ layer, head }) => (head === null ? String(layer) : `${layer}.${head}`);

  /** What is off, for the server. */
  function asked() {
    return { how, heads: [...off].filter((key) => key.includes(".")).join(","), mlps: [...off].filter((key) => !key.includes(".")).join(",") };
  }

  function toggle(row, column) {
    const effect = effectAt(row, column);
    if (!effect) return;
    alone.replaceChildren(...aloneWords(effect, how, origin));
    const key = keyOf(effect);
    if (!off.delete(key)) off.add(key);
    show();
    operate();
  }

  function show() {
    const colours = palette();
    const strongest = Math.max(0.02, ...table.effects.map(({ rise }) => Math.abs(rise)));
    disable(whole, off.size === 0, chooseHow.group.querySelector(":checked"));
    grid.draw({
      corner: t("layer"),
      columns: [...Array(table.heads).keys()].map((head) => t("head {head}", { head: head + 1 })).concat(t("MLP")),
      rows: [...Array(table.layers).keys()].map((layer) => ({
        head: String(layer + 1),
        cells: [...Array(table.heads + 1).keys()].map((column) => {
          const effect = effectAt(layer, column);
          if (!effect) return { text: "…", label: t("Still being measured.") };
          const isOff = off.has(keyOf(effect));
          const name = nameOf(effect);
          return {
            text: isOff ? t("off") : signed(effect.rise), off: isOff, tint: isOff ? "" : colours.signed.at(0.5 - Math.max(-0.5, Math.min(0.5, effect.rise / (2 * strongest)))),
            label: isOff ? t("{part} is off. Enter switches it on.", { part: name })
              : t("Without {part} the loss is {loss} nats ({rise}); what it says shifts by {shift} bits per token.", { part: name, loss: fixed(effect.loss, 3), rise: signed(effect.rise, 3), shift: fixed(effect.shift, 3) }),
          };
        }),
      })),
      note: off.size ? t("Off: {parts}.", { parts: [...off].map(offName).join(", ") }) : t("Nothing is off. Click a cell, or Enter on it."),
    });
  }

  /** The model with what is off, beside the whole one. */
  async function operate() {
    remember();
    const answer = await ask("surgery", { ...sentenceOf(), ...asked(), write: 1, ...(place === null ? {} : { position: place }) });
    if (!answer) return;
    if (answer.error) { setText(after, answer.error); return; }
    setText(after, off.size ? outcomeCaption(answer) : "");
    shown = answer;
    outcome.draw(answer, palette());
    tables.show(() => [partsTable(table, how, origin), tokensTable(answer, number)]);
  }

  function draw(answer) {
    table = answer;
    show();
    setText(caption, tableCaption(answer));
    if (!answer.left) predict.show(questionOf(answer));
    if (place !== null) place = Math.min(place, answer.tokens.length - 1);
    const seen = JSON.stringify([answer.tokens, answer.step, how]);
    if (seen === operated) {
      if (shown) outcome.draw(shown, palette()); // in the colours of now
      return;
    }
    operated = seen;
    operate();
  }

  return { node, title, question: "parts", values: () => ({ how }), draw, forget() { place = null; }, view: () => ({ place, off: [...off].join(",") || null }) };
}

const nameOf = ({ layer, head }) => partName({ kind: head === null ? "mlp" : "head", layer, head });
const offName = (key) => { const [layer, head] = key.split("."); return nameOf({ layer: Number(layer), head: head === undefined ? null : Number(head) }); };

function tableCaption({ effects, loss, all, meanOf }) {
  const heads = effects.filter(({ head }) => head !== null);
  const most = effects.reduce((best, one) => (one.rise > best.rise ? one : best));
  const idle = heads.filter(({ rise }) => Math.abs(rise) < 0.01).length;
  if (effects.length < all) return joined([t("As trained the loss here is {loss} nats per token.", { loss: fixed(loss, 3) }), t("So far {count} of {all} parts are measured.", { count: effects.length, all })]);
  const words = [
    t("As trained the loss here is {loss} nats per token; without {part} it is {without}.", { loss: fixed(loss, 3), part: nameOf(most), without: fixed(most.loss, 3) }),
    idle ? t("{idle} of {heads} heads can go alone without moving it by 0.01: others stand in, or this sentence does not need them.", { idle, heads: heads.length }) : t("No head can go without moving it."),
  ];
  const helped = effects.filter(({ rise }) => rise < -0.01).length;
  if (helped) words.push(t("Without {count} of the parts this sentence would go better: one sentence is little evidence.", { count: helped }));
  if (meanOf) words.push(meanOf === "sample" ? t("The average is taken over text that the run wrote itself.") : t("The run has written no text, so the average is taken over this sentence."));
  return joined(words);
}

function questionOf({ effects }) {
  const mean = (of) => { const values = effects.filter(of).map(({ rise }) => rise); return values.reduce((total, value) => total + value, 0) / Math.max(1, values.length); };
  const [head, mlp] = [mean((one) => one.head !== null), mean((one) => one.head === null)];
  return {
    question: t("On average, what is missed more here: one head or one MLP?"),
    choices: [{ value: "head", text: t("a head") }, { value: "mlp", text: t("an MLP") }],
    right: head > mlp ? "head" : "mlp",
    because: t("Without one head the loss rises by {head} nats on average, without one MLP by {mlp}.", { head: fixed(head, 3), mlp: fixed(mlp, 3) }),
  };
}

/** The figures of one part that is switched off alone. */
const aloneFigure = ({ layer, head }, how, origin) => (text, key, at) => origin.number(text, key, at, head === null ? { how, mlps: layer } : { how, heads: `${layer}.${head}` });

function aloneWords(effect, how, origin) {
  const figure = aloneFigure(effect, how, origin);
  return wordsWith(t("{part} alone switched off: loss {loss} nats, rise {rise}, shift {shift} bits per token."), {
    part: nameOf(effect), loss: figure(fixed(effect.loss, 3), "cut.mean", []), rise: figure(signed(effect.rise, 3), "cut.rise", []), shift: figure(fixed(effect.shift, 3), "cut.shifts", []),
  });
}

const partsTable = ({ effects, tokens }, how, origin) => ({
  title: t("Each part switched off alone"),
  heads: [t("part"), t("loss, nats"), t("rise, nats"), t("shift, bits"), t("shift at the last token, bits")],
  rows: effects.map((effect) => {
    const figure = aloneFigure(effect, how, origin);
    return [nameOf(effect), figure(fixed(effect.loss, 4), "cut.mean", []), figure(signed(effect.rise, 4), "cut.rise", []), figure(fixed(effect.shift, 4), "cut.shifts", []), figure(fixed(effect.last, 4), "cut.shift", [tokens.length - 1])];
  }),
});

export const tokensTable = ({ tokens, before, after, shift }, number) => ({
  title: t("Loss of each token"),
  heads: [t("position"), t("token"), t("as trained, nats"), t("now, nats"), t("shift of the next guess, bits")],
  rows: tokens.map((token, at) => [String(at + 1), token, ...(at ? [number(fixed(before.losses[at], 4), "plain.loss", [at]), number(fixed(after.losses[at], 4), "cut.loss", [at])] : ["–", "–"]), number(fixed(shift[at], 4), "cut.shift", [at])]),
});

