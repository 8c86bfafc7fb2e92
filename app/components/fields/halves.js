/**
 * Halves of characters, as a cut in the middle of an emoji leaves them. No encoding of text can hold one: Streamlit
 * sends what stands in a field as UTF-8, the server would refuse the message, and what was typed would be lost.
 */

/** "a\ud800b" -> "a\ufffdb": as long as before, so that the cursor keeps its place. */
export const wholeCharacters = (text) => text.replace(/\p{Surrogate}/gu, "\ufffd");

/** By the element's own setter, not the one that React puts before it: React must notice that the text is new. */
export function setValue(field, text) {
  Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), "value").set.call(field, text);
}

/** Mend a field's text as it is typed or pasted; Streamlit then reads the mended one. */
export function mendField({ target }) {
  const kind = [HTMLTextAreaElement, HTMLInputElement].find((kind) => target instanceof kind);
  if (!kind) return;
  const whole = wholeCharacters(target.value);
  if (whole === target.value) return;
  const { selectionStart, selectionEnd } = target;
  setValue(target, whole);
  target.setSelectionRange(selectionStart, selectionEnd);
}
