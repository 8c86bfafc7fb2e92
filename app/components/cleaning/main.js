/** Cleaning a text: steps to switch and to put in order on one side, what they changed on the other. One store holds it. */
import { element } from "../kit/dom.js";
import { mount } from "../kit/mount.js";
import { createStore } from "../kit/store.js";
import { createChange } from "./change.js";
import { createList } from "./list.js";
import { createTable } from "./table.js";

export default mount((root, { data, setState }) => {
  const store = createStore({ data, chosen: data.chosen, looked: null, pending: false, aside: false }, { name: "cleaning" });
  const choose = (chosen, looked = store.state.looked) => {
    store.set({ chosen, looked: looked === null || chosen.includes(looked) ? looked : null, pending: true });
    setState("steps", { steps: chosen, at: Date.now() });
  };
  const { order, rest } = createList(store, choose);
  root.replaceChildren(element("div", { class: "bench" }, order, createChange(store)), rest, createTable(store));
  store.redrawAll();
  return {
    update(next) {
      // An answer to an earlier click must not undo a later one.
      const settled = !store.state.pending || String(next.chosen) === String(store.state.chosen);
      const { looked } = store.state;
      store.set({ data: next, pending: !settled, ...(settled ? { chosen: next.chosen, looked: next.chosen.includes(looked) ? looked : null } : {}) });
    },
    dispose: () => store.stop(),
  };
});
