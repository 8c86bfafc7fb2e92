/** Play, step, speed, and a scrubber whose bars are the entropy of every choice. */
import { element, iconButton, setAttributes, setText, shape } from "../kit/dom.js";
import { number } from "../kit/format.js";
import { quotedToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";

const BARS_HEIGHT = 30;
const SPEEDS = [1, 2, 5, 10];

/** Calls `tick` at the pace while running; a hidden tab pauses by itself. */
export function createClock(tick) {
  let frame = 0;
  let last = 0;
  let interval = 500;
  const loop = (now) => {
    frame = requestAnimationFrame(loop);
    if (now - last < interval) return;
    last = now;
    tick();
  };
  return {
    pace(stepsPerSecond) { interval = 1000 / stepsPerSecond; },
    start() {
      cancelAnimationFrame(frame);
      last = performance.now();
      frame = requestAnimationFrame(loop);
    },
    stop() { cancelAnimationFrame(frame); },
  };
}

export function createPlayback({ onSeek, onMove, onPlay, onSpeed }) {
  const round = (icon, text, onClick) => iconButton({ icon, text, class: "button round", onClick });
  const back = round("back", t("One choice back (left arrow)"), () => onMove(-1));
  const play = round("play", t("Play (Space)"), onPlay);
  const step = round("step", t("Write the next one (right arrow)"), () => onMove(1));
  const speed = element("select", { class: "button", aria: { label: t("Choices per second") }, on: { change: () => onSpeed(Number(speed.value)) } },
    SPEEDS.map((value) => element("option", { value, text: t("{number} / s", { number: value }) })));
  const place = element("span", { class: "place mono" });
  const svg = shape("svg", { preserveAspectRatio: "none", height: BARS_HEIGHT, aria: { hidden: "true" } });
  const scrubber = element("div", { class: "scrubber", role: "slider", tabindex: "0", aria: { label: t("Choice"), valuemin: "1" } }, svg);
  const node = element("div", { class: "timeline playback", role: "group", aria: { label: t("Playback") } },
    element("div", { class: "transport" }, back.button, play.button, step.button, speed), place,
    element("div", { class: "scrub" }, element("span", { class: "small muted", text: t("entropy of each choice") }), scrubber));
  let bars = [];

  const seekTo = (event) => {
    const { left, width } = scrubber.getBoundingClientRect();
    onSeek(Math.floor(((event.clientX - left) / width) * bars.length));
  };
  scrubber.addEventListener("pointerdown", (event) => { scrubber.setPointerCapture(event.pointerId); seekTo(event); });
  scrubber.addEventListener("pointermove", (event) => { if (scrubber.hasPointerCapture(event.pointerId)) seekTo(event); });
  scrubber.addEventListener("keydown", (event) => {
    const target = { Home: 0, End: bars.length - 1 }[event.key];
    if (target === undefined) return;
    event.preventDefault();
    onSeek(target);
  });

  return {
    node,
    rebuild({ steps }) {
      bars = steps.map(() => shape("rect"));
      svg.setAttribute("viewBox", `0 0 ${steps.length * 10} ${BARS_HEIGHT}`);
      svg.replaceChildren(...bars);
      scrubber.setAttribute("aria-valuemax", steps.length);
    },
    update({ choice, playing, speed: pace, entropies, chosen }) {
      const largest = Math.max(...entropies, 1);
      entropies.forEach((bits, index) => {
        const height = Math.max((bits / largest) * BARS_HEIGHT, 2);
        setAttributes(bars[index], {
          x: index * 10 + 1, width: 8, y: BARS_HEIGHT - height, height, class: index === choice ? "here" : index < choice ? "past" : "coming",
        });
      });
      play.show(playing ? "pause" : "play", playing ? t("Pause (Space)") : t("Play (Space)"));
      back.button.disabled = choice === 0;
      step.button.disabled = choice === bars.length - 1;
      speed.value = pace;
      setText(place, `${choice + 1} / ${bars.length}`);
      setAttributes(scrubber, {
        aria: {
          valuenow: choice + 1,
          valuetext: t("choice {number} of {count}, {token}, entropy {bits} bits", {
            number: choice + 1, count: bars.length, token: quotedToken(chosen), bits: number(entropies[choice]),
          }),
        },
      });
    },
  };
}
