/** One slider over all kept moments of a run. It writes `selected` and `follows`; every picture reads these.
 *
 *  The store holds: `points` [{step, val_loss}, …] ascending, `selected` index, `follows` (sticks to the newest), `playing`,
 *  and `lastStep`, the length of the whole run, so that the axis stays still while points arrive.
 */
import { element, iconButton, setText } from "./dom.js";
import { fixed } from "./format.js";
import { t } from "./words.js";

const MILLISECONDS_PER_POINT = 700;
const SHORTEST_PER_POINT = 250;
const LONGEST_FILM = 16000; // of many points each is shown more shortly
const LABEL_ROOM = 38;

/** What a page's store starts with. */
export const TIMELINE_STATE = { points: [], selected: -1, follows: true, playing: false, lastStep: 0 };

/** Newly arrived points: shown at once while the timeline follows the newest. */
export function addPoints(store, arrived) {
  if (!arrived.length) return;
  const last = store.state.points.at(-1)?.step ?? -1;
  const points = [...store.state.points, ...arrived.filter((point) => point.step > last)];
  store.set({ points, selected: store.state.follows ? points.length - 1 : store.state.selected });
}

/** Choose a moment by index; the last one means: follow. */
export function selectPoint(store, index) {
  const last = store.state.points.length - 1;
  const selected = Math.max(0, Math.min(last, index));
  store.set({ selected, follows: selected === last });
}

/** Choose the moment nearest to a training step. */
export function selectStep(store, step) {
  const { points } = store.state;
  const place = (each) => Math.log1p(Math.max(0, each - (points[0]?.step ?? 0)));
  const distance = (point) => Math.abs(place(point.step) - place(step));
  const best = points.reduce((found, point, index) => (distance(point) < distance(points[found]) ? index : found), 0);
  selectPoint(store, best);
}

/** From the last moment, Play starts over: there is nothing further to show. */
export function togglePlay(store) {
  const { playing, selected, points } = store.state;
  if (playing) {
    store.set({ playing: false });
  } else if (points.length > 1) {
    if (selected === points.length - 1) selectPoint(store, 0);
    store.set({ playing: true, follows: false });
  }
}

/** `ready()` false: play waits, as where a moment is still on its way. */
export function createTimeline(store, { ready = () => true } = {}) {
  const play = iconButton({ class: "button round", icon: "play", text: t("Play the moments"), onClick: () => togglePlay(store) });
  const readout = element("output", { class: "timeline-readout" });
  const track = createTrack();
  const live = element("button", { type: "button", class: "button live", on: { click: () => selectPoint(store, Infinity) } },
    element("span", { class: "live-dot" }), t("Newest"));
  const bar = element("div", { class: "timeline", role: "group", aria: { label: t("Training time") } },
    play.button, readout, track.slider, live);
  linkPointer(track, store);
  linkKeys(track.slider, store);

  let timer = 0;
  function advance() {
    if (!ready()) return;
    selectPoint(store, store.state.selected + 1);
    if (store.state.follows) store.set({ playing: false });
  }

  store.watch(["playing"], ({ playing }) => {
    clearInterval(timer);
    const pace = Math.max(SHORTEST_PER_POINT, LONGEST_FILM / Math.max(1, store.state.points.length));
    if (playing) timer = setInterval(advance, Math.min(MILLISECONDS_PER_POINT, pace));
    play.show(playing ? "pause" : "play", playing ? t("Pause the moments") : t("Play the moments"));
  });
  store.watch(["points", "lastStep"], ({ points, lastStep }) => {
    bar.hidden = points.length < 2;
    track.rebuild(points, lastStep);
  });
  store.watch(["points", "lastStep", "selected", "follows"], ({ points, selected, follows }) => {
    const point = points[selected];
    live.setAttribute("aria-pressed", String(follows));
    setText(readout, point ? t("step {step}", { step: point.step }) : "");
    track.show(selected);
    track.slider.setAttribute("aria-valuenow", String(Math.max(0, selected)));
    if (point) track.slider.setAttribute("aria-valuetext", spoken(point));
  });
  const resized = new ResizeObserver(() => track.show(store.state.selected));
  resized.observe(track.slider);
  return { bar, dispose() { clearInterval(timer); resized.disconnect(); } };
}

function spoken({ step, val_loss: loss }) {
  if (loss === null || loss === undefined) return t("step {step}", { step });
  return t("step {step}, validation loss {loss} nats", { step, loss: fixed(loss) });
}

function createTrack() {
  const rail = element("span", { class: "track-rail" });
  const thumb = element("span", { class: "track-thumb" });
  const slider = element("div", {
    class: "track", role: "slider", tabindex: "0", aria: { label: t("Training time"), valuemin: "0", valuemax: "0", valuenow: "0" },
  });
  let marks = [];
  let steps = [];
  let [first, length] = [0, 1];
  /** Place 0..1 on an axis of log(1 + steps since the first), so that the first has a place on it. */
  const place = (step) => Math.log1p(step - first) / Math.log1p(length);

  function rebuild(points, lastStep) {
    steps = points.map((point) => point.step);
    first = steps[0] ?? 0; // not 0 in a run that goes on from another
    length = Math.max(1, lastStep - first, (steps.at(-1) ?? 0) - first);
    marks = steps.map((step) => {
      const mark = element("span", { class: "track-mark" }, element("span", { class: "track-label", text: String(step) }));
      mark.style.left = `${place(step) * 100}%`;
      return mark;
    });
    slider.replaceChildren(rail, ...marks, thumb);
    slider.setAttribute("aria-valuemax", String(Math.max(0, steps.length - 1)));
  }

  /** A label stays only where it has room; the selected one and the ends come first. */
  function show(selected) {
    thumb.hidden = selected < 0 || !steps.length;
    if (thumb.hidden) return;
    thumb.style.left = `${place(steps[selected]) * 100}%`;
    const kept = [];
    for (const index of new Set([selected, steps.length - 1, 0, ...steps.keys()])) {
      const x = place(steps[index]) * slider.clientWidth;
      const fits = kept.every((other) => Math.abs(other - x) >= LABEL_ROOM);
      if (fits) kept.push(x);
      marks[index].classList.toggle("labelled", fits);
      marks[index].classList.toggle("selected", index === selected);
    }
  }
  return { slider, rebuild, show, stepAt: (share) => first + Math.expm1(share * Math.log1p(length)) };
}

function linkPointer({ slider, stepAt }, store) {
  const pick = (event) => {
    const box = slider.getBoundingClientRect();
    store.set({ playing: false });
    selectStep(store, stepAt(Math.max(0, Math.min(1, (event.clientX - box.left) / box.width))));
  };
  slider.addEventListener("pointerdown", (event) => { slider.setPointerCapture(event.pointerId); pick(event); });
  slider.addEventListener("pointermove", (event) => { if (slider.hasPointerCapture(event.pointerId)) pick(event); });
}

function linkKeys(slider, store) {
  const move = (index) => { store.set({ playing: false }); selectPoint(store, index); };
  const actions = {
    ArrowRight: () => move(store.state.selected + 1), ArrowUp: () => move(store.state.selected + 1),
    ArrowLeft: () => move(store.state.selected - 1), ArrowDown: () => move(store.state.selected - 1),
    Home: () => move(0), End: () => move(Infinity), " ": () => togglePlay(store),
  };
  slider.addEventListener("keydown", (event) => {
    if (!actions[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    actions[event.key]();
  });
}
