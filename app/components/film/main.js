/** The film of BPE learning: scrub all merges; text, pairs, curve and tree follow, with no question to the server. */
import { element, isTyping } from "../kit/dom.js";
import { mount } from "../kit/mount.js";
import { createStore } from "../kit/store.js";
import { createBars } from "./bars.js";
import { createCurve } from "./curve.js";
import { createPlayer } from "./player.js";
import { createTable } from "./table.js";
import { createText } from "./text.js";
import { createTree } from "./tree.js";

const SETTLED = 800; // milliseconds without a step, then the address may carry the moment

export default mount((root, { data, setState }) => {
  const within = (done, { scenes }) => Math.max(0, Math.min(scenes.length, done ?? 0));
  const store = createStore({ data, done: within(data.merge, data), chosen: null, playing: false, speed: 4 }, { name: "film" });
  const player = createPlayer(store);
  root.replaceChildren(player.bar, element("div", { class: "film-bench" },
    element("div", { class: "film-left" }, createText(store), createTree(store, player.go)),
    element("div", { class: "film-right" }, createBars(store), createCurve(store, player.go))), createTable(store));

  let timer = 0;
  let told = store.state.done;
  store.watch(["done", "playing"], ({ done, playing }) => {
    clearTimeout(timer);
    if (!playing && done !== told) timer = setTimeout(() => { told = done; setState("view", { merge: done }); }, SETTLED);
  });
  const actions = {
    ArrowRight: () => player.step(1), ArrowLeft: () => player.step(-1), " ": () => player.toggle(),
    Home: () => player.go(0), End: () => player.go(store.state.data.scenes.length), Escape: () => store.set({ chosen: null }),
  };
  const onKey = (event) => {
    const inside = event.composedPath()[0];
    const slides = inside instanceof HTMLInputElement && inside.type === "range";
    const presses = event.key === " " && inside instanceof Element && inside.closest("button, summary");
    if (!actions[event.key] || presses || (isTyping(event) && !(slides && event.key === " "))) return;
    event.preventDefault();
    event.stopPropagation();
    actions[event.key]();
  };
  root.addEventListener("keydown", onKey);
  store.redrawAll();
  return {
    update(next) {
      const another = next.source !== store.state.data.source;
      store.set({ data: next, done: another ? 0 : within(store.state.done, next), ...(another ? { chosen: null, playing: false } : {}) });
      if (store.state.chosen !== null && !(store.state.chosen < next.tokens.length)) store.set({ chosen: null });
    },
    dispose() {
      clearTimeout(timer);
      player.dispose();
      root.removeEventListener("keydown", onKey);
      store.stop();
    },
  };
});
