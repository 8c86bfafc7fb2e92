/** The lattice of a word: every piece that fits, Viterbi's walk from left to right, the best way, and a fair draw. */
import { element } from "../kit/dom.js";
import { mount } from "../kit/mount.js";
import { createStore } from "../kit/store.js";
import { createGrid } from "./grid.js";
import { createSamples } from "./samples.js";
import { createTable } from "./table.js";

export default mount((root, { data }) => {
  const store = createStore({ data, place: data.characters.length, playing: false, hovered: null }, { name: "lattice" });
  const grid = createGrid(store);
  root.replaceChildren(element("div", { class: "lattice-bench" }, grid.panel, createSamples(store)), createTable(store));
  store.redrawAll();
  return {
    update(next) {
      const another = next.characters.join("") !== store.state.data.characters.join("");
      store.set({ data: next, ...(another ? { place: next.characters.length, playing: false, hovered: null } : {}) });
    },
    dispose() {
      grid.dispose();
      store.stop();
    },
  };
});
