/** One head's attention as a small square that grows with the film: rows look at columns, to their left only. */
import { element, setText } from "../kit/dom.js";
import { t } from "../kit/words.js";
import { headWords } from "./words.js";

const LEVELS = 255;

/** Base64 bytes -> Uint8Array. */
const bytesOf = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

export function createPattern(film) {
  const { size } = film.moments[0];
  const patterns = film.moments.map(({ pattern }) => bytesOf(pattern));
  const canvas = element("canvas", { class: "pattern", width: size, height: size, role: "img" });
  const context = canvas.getContext("2d");
  const image = context.createImageData(size, size);
  const pixels = new Uint32Array(image.data.buffer);
  const words = element("p", { class: "note" });
  const node = element("div", { class: "pattern-row" }, canvas,
    element("div", {}, words, element("p", { class: "small muted", text: t("Each row is a token, each column one that it may look at.") })));

  /** Between two kept moments the picture is a mix of both; at a moment it is what was stored. */
  function draw({ index, part }, palette) {
    const [from, to] = [patterns[index], patterns[Math.min(index + 1, patterns.length - 1)]];
    for (let cell = 0; cell < pixels.length; cell += 1) {
      pixels[cell] = palette.attention.words[Math.round(((from[cell] + (to[cell] - from[cell]) * part) / LEVELS) * LEVELS)];
    }
    context.putImageData(image, 0, 0);
    const sentence = headWords(film, film.moments[index].share);
    setText(words, sentence);
    canvas.setAttribute("aria-label", sentence);
  }
  return { node, draw };
}
