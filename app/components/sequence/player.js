/** Multiplying token by token: buttons, keys on the stairs, and a clock. */
import { element, iconButton, setText } from "../kit/dom.js";
import { t } from "../kit/words.js";

const PACE = 350; // milliseconds a token

/** How many tokens there are to go through. */
const lastPlace = ({ A, B }) => Math.max(...[A, B].map((answer) => answer?.tokens.length ?? 1)) - 1;

export function createPlayer(store, stage) {
  const goTo = (place) => store.set({ at: Math.max(0, Math.min(lastPlace(store.state), place)), hovered: null });
  const move = (by) => { store.set({ playing: false }); goTo(Math.min(store.state.at, lastPlace(store.state)) + by); };
  const toggle = () => {
    const { playing, at } = store.state;
    if (!playing && at >= lastPlace(store.state)) goTo(0);
    store.set({ playing: !playing });
  };
  const round = (icon, text, onClick) => iconButton({ icon, text, class: "button round", onClick });
  const back = round("back", t("One token back"), () => move(-1));
  const play = round("play", t("Multiply token by token"), toggle);
  const step = round("step", t("One token on"), () => move(1));
  const place = element("output", { class: "note" });
  const bar = element("div", { class: "transport", role: "group", aria: { label: t("Token by token") } }, back.button, play.button, step.button, place,
    element("span", { class: "note", text: t("Arrow keys on the picture step, Home begins, Space plays, up and down change the sentence.") }));
  let timer = 0;
  store.watch(["playing"], ({ playing }) => {
    clearInterval(timer);
    play.show(playing ? "pause" : "play", playing ? t("Pause the multiplying") : t("Multiply token by token"));
    if (playing) timer = setInterval(() => {
      goTo(store.state.at + 1);
      if (store.state.at >= lastPlace(store.state)) store.set({ playing: false });
    }, PACE);
  });
  store.watch(["at", "A", "B"], (state) => setText(place, t("token {place} of {count}", { place: Math.min(state.at, lastPlace(state)) + 1, count: lastPlace(state) + 1 })));

  const keys = {
    ArrowRight: () => move(1), ArrowLeft: () => move(-1), Home: () => move(-Infinity), End: () => move(Infinity), " ": toggle,
    ArrowUp: () => store.set({ active: "A" }), ArrowDown: () => store.set({ active: store.state.B ? "B" : "A" }),
  };
  stage.addEventListener("keydown", (event) => {
    if (!keys[event.key] || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    keys[event.key]();
  });
  return { bar, dispose: () => clearInterval(timer) };
}
