/** A text in numbers: Zipf's line, runs of characters and words, scripts, line lengths, and how far it can be packed. */
import { element, setText } from "../kit/dom.js";
import { mount } from "../kit/mount.js";
import { createStore } from "../kit/store.js";
import { createBars } from "./bars.js";
import { bitsCaption, copiesCaption, grouped, packerName, sampleText, scriptName, scriptsCaption } from "./captions.js";
import { fixed, percent } from "../kit/format.js";
import { t } from "../kit/words.js";
import { createLengths } from "./lengths.js";
import { createNgrams } from "./ngrams.js";
import { createTable } from "./table.js";
import { createZipf } from "./zipf.js";

const MOST_SCRIPTS = 8;

export default mount((root, { data }) => {
  const store = createStore({ data, unit: "words", n: 1, rank: null, bin: null }, { name: "statistics" });
  const sample = element("p", { class: "note" });
  store.watch(["data"], ({ data }) => {
    setText(sample, sampleText(data));
    sample.hidden = !data.sampled;
  });
  const scripts = createBars(store, {
    title: t("Scripts"), label: t("Characters by script"), caption: scriptsCaption,
    rows: (data) => Object.entries(data.scripts).slice(0, MOST_SCRIPTS).map(([name, count]) => ({ name: scriptName(name), value: count / Math.max(1, data.counted), text: percent(count / Math.max(1, data.counted)), reading: t("{name}: {count} characters", { name: scriptName(name), count: grouped(count) }) })),
  });
  const bits = createBars(store, {
    title: t("How far it can be packed"), label: t("Bits per character"), unit: t("bits per character"), caption: bitsCaption,
    rows: ({ bits }) => Object.entries(bits).map(([name, value]) => ({ name: packerName(name), value, text: fixed(value), reading: `${packerName(name)}: ${fixed(value)}` })),
  });
  root.replaceChildren(sample,
    element("div", { class: "bench" },
      element("div", { class: "stack" }, createZipf(store), createLengths(store, copiesCaption)),
      element("div", { class: "stack" }, createNgrams(store), bits, scripts)),
    createTable(store));
  store.redrawAll();
  return {
    update(next) { store.set({ data: next, rank: null, bin: null }); },
    dispose: () => store.stop(),
  };
});
