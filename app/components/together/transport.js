/** Back, play, step and a slider over what has come; the same by keys, wherever the focus is. */
import { element, iconButton, isTyping, setText } from "../kit/dom.js";
import { t } from "../kit/words.js";

const SPEEDS = [1, 2, 4, 10];

/**
 * createTransport({label, onSeek(place), onPlay(whether), tick(), keys: {"ArrowUp": f}}) -> {node, update, stop}
 *
 * update({at, last, playing, words}): the place in hand, the last that has come, and what a screen reader hears of it.
 */
export function createTransport({ label, onSeek, onPlay, tick, keys = {} }) {
  let shown = { at: 0, last: 0, playing: false };
  let timer = 0;
  const move = (shift) => { onPlay(false); onSeek(within(shown.at + shift)); };
  const within = (place) => Math.min(Math.max(place, 0), shown.last);
  const toggle = () => {
    if (!shown.playing && shown.at >= shown.last) onSeek(0);
    onPlay(!shown.playing);
  };
  const round = (icon, text, onClick) => iconButton({ icon, text, class: "button round", onClick });
  const back = round("back", t("One back (left arrow)"), () => move(-1));
  const play = round("play", t("Play (Space)"), toggle);
  const step = round("step", t("One on (right arrow)"), () => move(1));
  const speed = element("select", { class: "button", aria: { label: t("Steps per second") }, onchange: pace },
    SPEEDS.map((value) => element("option", { value, text: t("{number} / s", { number: value }) })));
  speed.value = "4";
  const slider = element("input", { type: "range", class: "places", min: 0, step: 1, aria: { label }, oninput: () => { onPlay(false); onSeek(Number(slider.value)); } });
  const place = element("span", { class: "mono place-count" });
  const node = element("div", { class: "timeline transport-bar", role: "group", aria: { label: t("Playback") } },
    element("div", { class: "transport-buttons" }, back.button, play.button, step.button, speed), slider, place);

  function pace() {
    clearInterval(timer);
    if (shown.playing) timer = setInterval(tick, 1000 / Number(speed.value));
  }

  const all = { " ": toggle, ArrowLeft: () => move(-1), ArrowRight: () => move(1), ...keys };
  function onKey(event) {
    const target = event.composedPath()[0];
    if (!node.isConnected || !all[event.key] || event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
    if (isTyping(event) && !(target === slider && event.key === " ")) return;
    if ([" ", "Enter"].includes(event.key) && target.closest?.("button, summary, a, label, [role=button], [role=tab], [role=radio], [role=option]")) return;
    if (target.closest?.("[role=slider], [role=radiogroup], [role=tablist], [data-keys]")) return;
    event.preventDefault();
    all[event.key]();
  }
  document.addEventListener("keydown", onKey);

  return {
    node,
    update(next) {
      const changed = next.playing !== shown.playing;
      shown = next;
      if (changed) pace();
      slider.max = next.last;
      slider.value = next.at;
      slider.setAttribute("aria-valuetext", next.words);
      play.show(next.playing ? "pause" : "play", next.playing ? t("Pause (Space)") : t("Play (Space)"));
      back.button.disabled = next.at <= 0;
      step.button.disabled = next.at >= next.last;
      setText(place, `${next.at + 1} / ${next.last + 1}`);
    },
    stop() {
      clearInterval(timer);
      document.removeEventListener("keydown", onKey);
    },
  };
}
