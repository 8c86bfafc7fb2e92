/**
 * Pasting a book. The browser puts a pasted text into a field line by line, with a way back for each: a megabyte stops
 * the whole page for many seconds. Set as the field's value it is there at once.
 */
import { setValue } from "./halves.js";

const LONG = 50_000; // characters; shorter ones are pasted as ever, and can be undone

export function pasteLong(event) {
  const { target, clipboardData } = event;
  const text = target instanceof HTMLTextAreaElement && !target.readOnly && !target.disabled ? clipboardData?.getData("text/plain") ?? "" : "";
  if (text.length < LONG) return;
  event.preventDefault();
  const { value, selectionStart, selectionEnd } = target;
  setValue(target, value.slice(0, selectionStart) + text.replace(/\r\n?/g, "\n") + value.slice(selectionEnd));
  target.setSelectionRange(selectionStart, selectionStart); // its end would have to be scrolled to
  target.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertFromPaste" }));
}
