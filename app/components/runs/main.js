/** The page "What have we tried?": all runs in a list, any of them on one chart, and what differs between them. */
import { element } from "../kit/dom.js";
import { mount } from "../kit/mount.js";
import { createStore } from "../kit/store.js";
import { readPalette } from "../kit/theme.js";
import { t } from "../kit/words.js";
import { createChart } from "./chart.js";
import { createFeeds } from "./feeds.js";
import { createList } from "./list.js";
import { runColours } from "./marks.js";
import { createNotice } from "./notice.js";
import { AIR, createScene } from "./scene.js";
import { inUnit } from "./series.js";
import { differences } from "./settings.js";
import { createDifferences, createValues } from "./table.js";

const VIEW_DELAY = 400;
const FIRST_CHOICE = 2;
const CHOICES = { x: ["step", "tokens", "seconds", "energy"], y: ["nats", "bytes"], line: ["validation", "train"] };

export default mount((root, host) => {
  const { data } = host;
  const view = data.view ?? {};
  const known = (key) => (CHOICES[key].includes(view[key]) ? view[key] : CHOICES[key][0]);
  const store = createStore({
    rows: data.rows, chosen: firstChoice(data.rows, view.compare), revision: 0, x: known("x"), y: known("y"), line: known("line"),
    ownUnit: CHOICES.y.includes(view.y), axis: "log", bands: true, zoom: null, brush: null, cursor: null, hovered: null, trouble: null, last: null,
    search: "", kind: "", corpus: "", tag: "", sort: "newest", palette: readPalette(root), runColours: runColours(root), size: "",
  }, { name: "runs" });
  const series = new Map();
  const chosenScene = createScene(store, series);
  const scene = () => ({ ...chosenScene(), ceiling: ceilingOf(chosenScene().entries, series, store.state.y) });
  const feeds = createFeeds(store, data.base, series);
  root.replaceChildren(createNotice(store), element("div", { class: "runs-bench" }, createList(store), createChart(store, scene)),
    createDifferences(store, scene, data.help ?? {}), createValues(store, scene));
  store.watch(["rows", "chosen"], ({ rows, chosen }, changed) => {
    const there = chosen.filter((id) => rows.some((row) => row.id === id));
    if (there.length !== chosen.length) store.set({ chosen: there });
    if (changed.has("chosen") || changed.has("rows")) feeds.choose(there);
    if (!store.state.ownUnit) store.set({ y: fairUnit(rows, there) });
  });
  const address = rememberView(store, host);
  let added = data.add?.turn ?? 0; // Python adds runs that it has just started to the comparison, once each time
  const refresh = () => store.set({ palette: readPalette(root), runColours: runColours(root), size: `${root.clientWidth} × ${devicePixelRatio} × ${root.className}` });
  const sizes = new ResizeObserver(refresh);
  sizes.observe(root);
  store.redrawAll();
  return {
    update(next) {
      store.set({ rows: next.rows });
      if (next.add && next.add.turn !== added) {
        added = next.add.turn;
        store.set({ chosen: [...new Set([...store.state.chosen, ...next.add.ids])], zoom: null });
      }
      requestAnimationFrame(refresh);
    },
    themeChanged: refresh,
    dispose() {
      address.dispose();
      sizes.disconnect();
      feeds.stop();
      store.stop();
    },
  };
});

/** Somewhat above the loss of blind guessing, where it is known of all: a run that went astray must not flatten the others. */
function ceilingOf(entries, series, unit) {
  const chances = entries.map(({ id, row }) => inUnit(series.get(id)?.baselines?.uniform, unit, row.perByte));
  return chances.length && !chances.includes(null) ? AIR * Math.max(...chances) : Infinity;
}

/** What a link says, else the newest two that have a loss to show. */
function firstChoice(rows, compare) {
  const wished = (compare ?? "").split(",").filter((id) => rows.some((row) => row.id === id));
  if (wished.length) return [...new Set(wished)];
  const measured = rows.filter((row) => row.val_loss !== null);
  return (measured.length ? measured : rows).slice(0, FIRST_CHOICE).map((row) => row.id);
}

/** Losses per token are comparable only where the tokens are the same. */
function fairUnit(rows, chosen) {
  const different = differences(chosen.map((id) => rows.find((row) => row.id === id)));
  return different.some(({ setting }) => setting.startsWith("tokenizer.")) ? "bytes" : "nats";
}

/** The choice goes into the address, so that a link opens this comparison. */
function rememberView(store, host) {
  let timer = 0;
  let told = null;
  store.watch(["chosen", "x", "y", "line"], ({ chosen, x, y, line, ownUnit, last }) => {
    const view = {
      compare: chosen.join(",") || null, x: x === CHOICES.x[0] ? null : x,
      y: ownUnit ? y : null, line: line === CHOICES.line[0] ? null : line, last,
    };
    clearTimeout(timer);
    timer = setTimeout(() => {
      const text = JSON.stringify(view);
      if (text !== told) host.setState("view", view);
      told = text;
    }, VIEW_DELAY);
  });
  return { dispose: () => clearTimeout(timer) };
}
