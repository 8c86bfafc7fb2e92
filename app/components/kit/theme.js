/** Light or dark, and the colours of theme.css as numbers that canvases can paint with. */

const LEVELS = 256;
const UNSEEN = [0, 0, 0]; // what was taken off the page has no colours to read, and nobody sees it

/** Streamlit tells its theme through CSS variables only: a dark page is one with a dark background. */
function isDark(root) {
  const background = getComputedStyle(root).getPropertyValue("--st-background-color").trim();
  return background !== "" && luminance(parseColour(background)) < 0.4;
}

/** Keep `data-theme` true; calls back when it changed. Returns its stop. */
export function watchTheme(root, changed) {
  const apply = () => {
    if (!root.isConnected) return; // taken off the page: no colours to read
    const theme = isDark(root) ? "dark" : "light";
    if (root.dataset.theme === theme) return;
    const first = root.dataset.theme === undefined;
    root.dataset.theme = theme;
    if (!first) changed();
  };
  apply();
  // Streamlit rewrites the variables without telling anyone; a look now and then costs nothing.
  const timer = setInterval(apply, 400);
  return () => clearInterval(timer);
}

/** Colours and fonts of the running theme, read from the style sheet, which is their one home. */
export function readPalette(root) {
  const style = getComputedStyle(root);
  const read = (name) => style.getPropertyValue(`--${name}`).trim();
  const scale = Number.parseFloat(read("scale")) || 1;
  const ramp = (name) => colourRamp(read(`ramp-${name}`).split(/\s*,\s*/));
  return {
    ink: read("ink"), muted: read("muted"), hairline: read("hairline"), panel: read("panel"), page: read("page"),
    weights: read("weights"), activations: read("activations"), gradients: read("gradients"), probability: read("probability"),
    train: read("train"), validation: read("validation"), selected: read("selected"),
    chip: read("chip-a"),
    surprise: ramp("surprise"), attention: ramp("attention"), signed: ramp("signed"), probabilityRamp: ramp("probability"), activationRamp: ramp("activation"),
    scale,
    mono: read("mono"),
    smallFont: `${12 * scale}px ${read("sans")}`,
    strongFont: `600 ${13 * scale}px ${read("sans")}`,
  };
}

/** A scale of 256 colours: `at(0..1)` as CSS text, `words` as little-endian RGBA for ImageData. */
function colourRamp(stops) {
  const colours = stops.length > 1 ? stops.map(parseColour) : [UNSEEN, UNSEEN];
  const levels = Array.from({ length: LEVELS }, (_, index) => {
    const place = (index / (LEVELS - 1)) * (colours.length - 1);
    const left = Math.min(Math.floor(place), colours.length - 2);
    return colours[left].map((from, channel) => Math.round(from + (colours[left + 1][channel] - from) * (place - left)));
  });
  const css = levels.map(([red, green, blue]) => `rgb(${red},${green},${blue})`);
  const words = Uint32Array.from(levels, ([red, green, blue]) => ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0);
  return { at: (share) => css[level(share)], words };
}

const level = (share) => Math.max(0, Math.min(LEVELS - 1, Math.round(share * (LEVELS - 1))));

const inks = new Map();

/** Black or white, whichever reads on a colour. At luminance 0.179 both give 4.58 : 1, so every tint passes 4.5 : 1. */
export function inkOn(colour) {
  if (!inks.has(colour)) inks.set(colour, luminance(parseColour(colour)) > 0.179 ? "#000000" : "#FFFFFF");
  return inks.get(colour);
}

function parseColour(text) {
  if (/^#[0-9a-f]{3}$/i.test(text)) return [1, 2, 3].map((at) => parseInt(text[at] + text[at], 16));
  if (text.startsWith("#")) return [1, 3, 5].map((at) => parseInt(text.slice(at, at + 2), 16));
  return text.match(/[\d.]+/g)?.slice(0, 3).map(Number) ?? UNSEEN;
}

/** Relative luminance, WCAG 2.2. */
function luminance(channels) {
  const [red, green, blue] = channels.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
