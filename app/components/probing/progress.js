/** Work that comes in parts: how far it is, about how long it will take, and a button that stops it or lets it go on. */
import { element, setText } from "../kit/dom.js";
import { duration } from "../kit/format.js";
import { t } from "../kit/words.js";

const LONG = 20; // seconds; before longer work one is asked

export function createProgress({ onStop, onGo }) {
  const bar = element("progress", { class: "work-bar", max: "1" });
  const words = element("span", { class: "note", role: "status" });
  const button = element("button", { type: "button", class: "button small", onclick: () => (going ? onStop() : onGo()) });
  const box = element("div", { class: "work", hidden: true }, bar, words, button);
  let going = true;

  /** {all, left, seconds} of an answer; `stopped` until somebody lets it go on. */
  function show({ all, left, seconds }, stopped = false) {
    box.hidden = !left;
    if (!left) return;
    going = !stopped;
    bar.value = (all - left) / all;
    const values = { done: all - left, all, time: duration(seconds) };
    setText(words, going ? t("{done} of {all} worked out, about {time} more", values) : t("{done} of {all} worked out. The rest takes about {time}.", values));
    setText(button, going ? t("Stop") : t("Go on"));
  }

  return { box, show };
}

export const isLong = ({ left, seconds }) => Boolean(left) && seconds > LONG;
