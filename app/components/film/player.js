/** The film's hands: play, pause, step, speed, and a slider over all merges. The store's `done` is the moment in view. */
import { element, iconButton, segmented, setText } from "../kit/dom.js";
import { t } from "../kit/words.js";

const SPEEDS = { 1: 1000, 4: 250, 20: 50 }; // merges a second: milliseconds a merge

export function createPlayer(store) {
  let timer = 0;
  const last = () => store.state.data.scenes.length;
  const go = (done) => store.set({ done: Math.max(0, Math.min(last(), done)) });
  const stop = () => store.set({ playing: false });
  const toggle = () => {
    if (store.state.playing) return stop();
    if (store.state.done >= last()) go(0);
    store.set({ playing: last() > 0 });
    return undefined;
  };
  const step = (by) => { stop(); go(store.state.done + by); };

  const back = iconButton({ class: "button round", icon: "back", text: t("One merge back"), onClick: () => step(-1) });
  const play = iconButton({ class: "button round", icon: "play", text: t("Play the merges"), onClick: toggle });
  const on = iconButton({ class: "button round", icon: "step", text: t("One merge on"), onClick: () => step(1) });
  const slider = element("input", {
    type: "range", class: "film-slider", min: "0", aria: { label: t("Merges done") },
    on: { input: () => { stop(); go(Number(slider.value)); } },
  });
  const readout = element("output", { class: "film-readout" });
  const speed = segmented({
    label: t("Merges a second"), chosen: "4", onChoose: (value) => store.set({ speed: Number(value) }),
    choices: Object.keys(SPEEDS).map((value) => ({ value, text: t("{count}/s", { count: value }) })),
  });
  const bar = element("div", { class: "film-player", role: "group", aria: { label: t("Merges") } },
    back.button, play.button, on.button, slider, readout, speed.group);

  store.watch(["playing", "speed"], ({ playing, speed: pace }) => {
    clearInterval(timer);
    if (playing) timer = setInterval(() => { go(store.state.done + 1); if (store.state.done >= last()) stop(); }, SPEEDS[pace]);
    play.show(playing ? "pause" : "play", playing ? t("Pause the merges") : t("Play the merges"));
  });
  store.watch(["data", "done"], ({ done }) => {
    slider.max = String(last());
    slider.value = String(done);
    slider.setAttribute("aria-valuetext", t("{done} of {all} merges", { done, all: last() }));
    setText(readout, t("{done} of {all} merges", { done, all: last() }));
    back.button.disabled = done === 0;
    on.button.disabled = done >= last();
    play.button.disabled = last() === 0;
  });
  return { bar, step, toggle, go: (done) => { stop(); go(done); }, dispose: () => clearInterval(timer) };
}
