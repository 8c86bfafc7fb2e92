/** The wishes that a person may have about a run: hold still, go on, one step, end, begin again, show it again. */
import { element, iconButton, isTyping, setText } from "../kit/dom.js";
import { isOver } from "../kit/series.js";
import { t } from "../kit/words.js";
import { readings } from "./captions.js";
import { summarise } from "./measures.js";
import { createRate, createReset, nextStep } from "./steering.js";

const TAKES_SPACE = "button, a, summary, [role=slider], [role=option], [role=tab], [role=menuitem], [contenteditable]";

/** Which buttons a state offers: pure, so that the keyboard and the mouse cannot differ. */
export function offers({ status, wish, replaying }, { gallery, rows }) {
  if (!status) return {};
  if (replaying) return { replay: true, showAll: true };
  const { state } = status;
  const open = Boolean(wish) && wish.wish !== "rate";
  const changing = open || (status.applying && wish?.wish !== "rate");
  const stepping = wish?.wish === "step"; // it trains for a blink only: its buttons stay
  const rests = ["paused", "parked", "stopped"].includes(state) || (stepping && state === "running");
  const steps = status.want === "run" && Number.isFinite(status.run_until);
  return {
    pause: ["queued", "starting", "running"].includes(state) && !rests && !gallery ? (changing ? "disabled" : true) : false,
    resume: rests && !gallery ? (changing ? "disabled" : true) : false,
    step: (rests || (steps && !isOver(status))) && !gallery ? (open && !stepping ? "disabled" : true) : false,
    stop: !isOver(status) && !gallery ? (wish?.wish === "stop" || status.want === "stop" ? "disabled" : true) : false,
    reset: status.started_at && !gallery ? (wish?.wish === "reset" ? "disabled" : true) : false,
    replay: isOver(status) && rows > 1,
    own: gallery || state === "failed",
  };
}

export function createControls(store, run, about, { wish, replay, trainOwn }) {
  const send = (name) => () => wish(name);
  const buttons = {
    pause: iconButton({ class: "button primary", icon: "pause", text: t("Pause"), onClick: send("pause") }),
    resume: iconButton({ class: "button primary", icon: "play", text: t("Resume"), onClick: send("resume") }),
    step: iconButton({ icon: "step", text: t("Step"), onClick: () => wish("step", nextStep(store.state)) }),
    stop: iconButton({ icon: "stop", text: t("Stop"), onClick: send("stop") }),
    reset: iconButton({ icon: "first", text: t("Reset"), onClick: () => reset.ask(buttons.reset.button) }),
    replay: iconButton({ class: "button", icon: "again", text: t("Replay"), onClick: replay.toggle }),
    showAll: iconButton({ icon: "step", text: t("Show all"), onClick: replay.end }),
    own: iconButton({ class: "button primary", icon: "play", text: t("Train your own"), onClick: trainOwn }),
  };
  const reset = createReset(store, wish);
  const rate = createRate(store, run, about, wish);
  buttons.step.button.title = t("Step (key .)");
  const row = element("div", { class: "button-row" }, ...Object.values(buttons).map(({ button }) => button));
  const numbers = element("dl", { class: "readings" });
  const panel = element("section", { class: "panel controls", aria: { label: t("Controls and present values") } }, row, reset.panel, rate.panel, numbers);

  const offered = (state) => offers(state, { gallery: about.gallery, rows: run.steps.length });

  store.watch(["status", "wish", "replaying", "revision"], (state) => {
    const now = offered(state);
    for (const [name, { button }] of Object.entries(buttons)) {
      const hidden = !now[name];
      const focused = button === button.getRootNode().activeElement;
      button.hidden = hidden;
      button.disabled = now[name] === "disabled";
      if (hidden && focused) keepFocus(row);
    }
    if (state.replaying) buttons.replay.show(state.replaying === "playing" ? "pause" : "play", state.replaying === "playing" ? t("Pause the replay") : t("Go on"));
    else buttons.replay.show("again", t("Replay"));
    row.hidden = Object.values(now).every((offer) => !offer);
  });
  const shown = [];
  store.watch(["revision"], (state) => {
    readings(summarise(run, state.rowCount), run, about, state.rowCount).forEach((reading, place) => {
      shown[place] ??= addReading(numbers, reading);
      setText(shown[place].value, reading.value);
      setText(shown[place].unit, reading.unit);
    });
  });

  /** Space holds still or goes on, a full stop makes one step, wherever the focus is, unless it means something there. */
  function onKey(event) {
    const actions = { " ": ["pause", "resume", "replay"], ".": ["step"] }[event.key];
    if (!actions || event.defaultPrevented || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.composedPath()[0];
    if (isTyping(event) || (event.key === " " && target instanceof Element && target.closest(TAKES_SPACE))) return;
    const now = offered(store.state);
    const action = actions.find((name) => now[name] === true);
    if (!action) return;
    event.preventDefault();
    buttons[action].button.click();
  }
  document.addEventListener("keydown", onKey);
  /** Another way on, beside these: its button and its form under the row. */
  const add = ({ nodes }) => row.after(...nodes);
  return { panel, add, dispose: () => document.removeEventListener("keydown", onKey) };
}

/** A button that vanishes under the keyboard's focus hands it to its neighbour. */
function keepFocus(row) {
  requestAnimationFrame(() => [...row.children].find((button) => !button.hidden && !button.disabled)?.focus());
}

/** A line of the present values; returns the nodes that hold the value and its unit. */
function addReading(list, { kind, name }) {
  const [value, unit] = [element("b"), element("span", { class: "unit" })];
  list.append(element("dt", {}, element("span", { class: `swatch ${kind}` }), name), element("dd", {}, value, " ", unit));
  return { value, unit };
}
