/** The pieces under the characters they cover, with ln P; below, the best ln P to each place, filled in step by step. */
import { element, iconButton, setText } from "../kit/dom.js";
import { fixed } from "../kit/format.js";
import { tokenSpan } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { edgeSentence, walkCaption, wordOf } from "./captions.js";

const PERIOD = 900;

export function createGrid(store) {
  const grid = element("div", { class: "lattice", role: "group" });
  const frame = element("div", { class: "lattice-frame", tabindex: "0", role: "region", aria: { label: t("Every piece that fits") } }, grid);
  const reading = element("p", { class: "note reading" });
  const caption = element("p", { class: "caption", aria: { live: "polite" } });
  const controls = createControls(store);
  const panel = element("section", { class: "panel", aria: { label: t("Every piece that fits") } },
    element("div", { class: "panel-heading" }, element("h2", { text: t("Every piece that fits") }), element("span", { class: "spacer" }), ...controls.buttons),
    frame, reading, caption);
  let drawn = [];
  let cells = [];
  store.watch(["data"], ({ data }) => {
    const order = data.edges.map((edge, number) => ({ edge, number })).sort((a, b) => a.edge[1] - a.edge[0] - (b.edge[1] - b.edge[0]) || a.edge[0] - b.edge[0]);
    drawn = order.map(({ edge, number }) => ({ edge, number, node: pieceNode(edge, number, store) }));
    cells = data.characters.map((_, index) => placed(element("span", { class: "arrival" }), index, index + 1));
    const heads = data.characters.map((character, index) => placed(element("span", { class: "lattice-character" }, tokenSpan(character)), index, index + 1));
    grid.style.setProperty("--columns", data.characters.length);
    grid.setAttribute("aria-label", wordOf(data));
    grid.replaceChildren(
      element("div", { class: "lattice-row" }, heads), element("div", { class: "lattice-row pieces" }, drawn.map(({ node }) => node)),
      element("div", { class: "lattice-note note", text: t("the best ln P of all ways to here") }), element("div", { class: "lattice-row" }, cells));
  });
  store.watch(["data", "place"], ({ data, place }) => {
    const done = place === data.characters.length;
    const winners = new Set(data.arrivals.slice(1, place + 1).map(([, winner]) => winner));
    const best = new Set(done ? data.best.edges : []);
    for (const { edge, number, node } of drawn) {
      node.classList.toggle("later", edge[1] > place);
      node.classList.toggle("arriving", !done && edge[1] === place);
      node.classList.toggle("winner", !done && winners.has(number));
      node.classList.toggle("best", best.has(number));
      node.setAttribute("aria-label", `${edgeSentence(edge)}${best.has(number) ? `, ${t("on the best way")}` : ""}`);
    }
    cells.forEach((cell, index) => setText(cell, index < place ? fixed(data.arrivals[index + 1][0], 1) : ""));
    cells.forEach((cell, index) => cell.classList.toggle("now", index + 1 === place));
    setText(caption, walkCaption(data, place));
    controls.show(place, data.characters.length);
  });
  store.watch(["data", "hovered"], ({ data, hovered }) => {
    setText(reading, hovered === null || !data.edges[hovered] ? t("Hover or focus a piece to read its probability.") : edgeSentence(data.edges[hovered]));
  });
  return { panel, dispose: controls.dispose };
}

const placed = (node, start, end) => { node.style.gridColumn = `${start + 1} / ${end + 1}`; return node; };

function pieceNode(edge, number, store) {
  const [start, end, text, logP, known] = edge;
  const node = element("span", {
    class: `lattice-piece${known ? "" : " unknown"}`, tabindex: "0", role: "img",
    on: {
      pointerenter: () => store.set({ hovered: number }), focus: () => store.set({ hovered: number }),
      pointerleave: () => store.set({ hovered: null }), blur: () => store.set({ hovered: null }),
    },
  }, tokenSpan(text), element("span", { class: "log-p", text: fixed(logP, 1) }));
  return placed(node, start, end);
}

function createControls(store) {
  let timer = 0;
  const last = () => store.state.data.characters.length;
  const go = (place) => store.set({ place: Math.max(0, Math.min(last(), place)) });
  const stop = () => store.set({ playing: false });
  const toggle = () => {
    if (store.state.playing) return stop();
    if (store.state.place >= last()) go(0);
    store.set({ playing: true });
    return undefined;
  };
  const back = iconButton({ class: "button round", icon: "back", text: t("One place back"), onClick: () => { stop(); go(store.state.place - 1); } });
  const play = iconButton({ class: "button round", icon: "play", text: t("Play Viterbi's walk"), onClick: toggle });
  const next = iconButton({ class: "button round", icon: "step", text: t("One place on"), onClick: () => { stop(); go(store.state.place + 1); } });
  store.watch(["playing"], ({ playing }) => {
    clearInterval(timer);
    if (playing) timer = setInterval(() => { go(store.state.place + 1); if (store.state.place >= last()) stop(); }, PERIOD);
    play.show(playing ? "pause" : "play", playing ? t("Pause the walk") : t("Play Viterbi's walk"));
  });
  function show(place, end) {
    back.button.disabled = place <= 0;
    next.button.disabled = place >= end;
  }
  return { buttons: [back.button, play.button, next.button], show, dispose: () => clearInterval(timer) };
}
