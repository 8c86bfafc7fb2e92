/** All layers x heads as thumbnails: hover previews, click locks, double-click isolates, arrows move. */
import { element, setText } from "../kit/dom.js";
import { fixed } from "../kit/format.js";
import { rove } from "../kit/rove.js";
import { t } from "../kit/words.js";
import { createDisplay, paintOf, SHOWN } from "./display.js";
import { headName, patternName, plainName, reachSentence } from "./names.js";
import { isOfAll, placesOf } from "./payload.js";
import { headBeside } from "./picture.js";
import { coverage, paintThumbnail } from "./thumbnail.js";

const LABELLED_UP_TO = 4; // heads a row; more are too narrow for their names

export function createAtlas(film, store, { measureAt, hiddenKeyOf, lock }) {
  const display = createDisplay(film);
  const dense = film.heads > LABELLED_UP_TO;
  const places = placesOf(film);
  const cells = places.map(createCell);
  // One canvas under all buttons: a hundred small ones cost more to hand over than to paint.
  const sheet = element("canvas", { class: "atlas-sheet", aria: { hidden: "true" } });
  const grid = element("div", {
    class: dense ? "atlas dense" : "atlas", role: "radiogroup",
    aria: { label: t("Heads: {layers} layers of {heads}. Arrow keys choose, Enter isolates.", film) },
    on: { pointerleave: () => store.set({ hovered: null }), keydown: moveByKey },
  }, sheet, ...cells.map((cell) => cell.button));
  grid.style.setProperty("--heads", film.heads);
  const summary = createSummary(store, lockStrongest);
  let geometry = null;

  /** The head that bears a name most clearly. */
  function lockStrongest(name) {
    const { selected } = store.state;
    const bearers = places.filter((place) => measureAt(selected, place).name === name);
    if (bearers.length) lock(bearers.reduce((best, one) => (measureAt(selected, one).score > measureAt(selected, best).score ? one : best)));
  }

  function createCell(place) {
    const frame = element("span", { class: "thumb" });
    const score = element("span", { class: "score" });
    const name = element("span", { class: "name" });
    const label = element("span", { class: "head-label" }, element("span", { text: headName(place) }), score);
    const button = element("button", {
      class: "head", role: "radio", type: "button",
      on: {
        pointerenter: (event) => { if (event.pointerType !== "touch") store.set({ hovered: place }); },
        click: (event) => choose(place, event),
        dblclick: () => { if (store.state.locked === place) store.set({ isolated: !store.state.isolated }); },
      },
    }, frame, label, name);
    return { place, button, frame, score, name };
  }

  /** Enter on the head that is locked already does what a double-click does. */
  function choose(place, event) {
    const same = store.state.locked.layer === place.layer && store.state.locked.head === place.head;
    if (same && event.detail === 0) store.set({ isolated: !store.state.isolated });
    if (store.state.locked !== place) lock(place);
  }

  function moveByKey(event) {
    const move = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (!move) return;
    event.preventDefault();
    const { layer, head } = headBeside(film, store.state.locked, move);
    const index = (layer - film.first) * film.heads + head;
    lock(places[index]);
    cells[index].button.focus();
  }

  /** Where each thumbnail lies; asked once for each width, for it makes the browser lay the page out. */
  function measure() {
    const ratio = window.devicePixelRatio || 1;
    const box = grid.getBoundingClientRect();
    if (!box.width) return null;
    const dots = Math.round(cells[0].frame.clientWidth * ratio);
    const corners = cells.map(({ frame }) => {
      const corner = frame.getBoundingClientRect();
      return { x: Math.round((corner.left - box.left) * ratio), y: Math.round((corner.top - box.top) * ratio) };
    });
    sheet.width = Math.round(box.width * ratio);
    sheet.height = Math.round(box.height * ratio);
    sheet.style.width = `${sheet.width / ratio}px`;
    sheet.style.height = `${sheet.height / ratio}px`;
    const image = new ImageData(sheet.width, sheet.height);
    return { dots, corners, image, words: new Uint32Array(image.data.buffer), cover: coverage(film.size, dots, film.wide) };
  }

  function drawThumbnails(state, changed) {
    if (!state.palette) return;
    if (!geometry || changed.has("width") || changed.has("palette")) geometry = measure();
    if (!geometry || geometry.dots < 2) return;
    const { dots, corners, image, words, cover } = geometry;
    const paint = paintOf(state.palette, state.against !== null);
    cells.forEach(({ place }, index) => {
      const { shown } = display(state, place, state.hideSink ? hiddenKeyOf(place) : null);
      const { x, y } = corners[index];
      if (x + dots <= sheet.width && y + dots <= sheet.height) {
        paintThumbnail(words, sheet.width, y * sheet.width + x, shown, cover, paint);
      }
    });
    sheet.getContext("2d").putImageData(image, 0, 0);
  }

  function drawLabels({ selected }) {
    for (const { place, button, name: label, score } of cells) {
      const found = measureAt(selected, place);
      const words = patternName(found.name, found, film.tokens);
      const unsure = found.name === "mixed" || found.name === "short";
      setText(label, words);
      setText(score, fixed(found.score));
      button.classList.toggle("mixed", unsure);
      button.setAttribute("aria-label", t("Head {head}, {name}, {score}", { head: headName(place), name: words, score: fixed(found.score) }));
      const name = unsure
        ? t("{head}: no pattern is clear; the nearest is {nearest}, {score}",
          { head: headName(place), nearest: patternName(found.nearest.name, found, film.tokens), score: fixed(found.score) })
        : `${headName(place)} · ${words} ${fixed(found.score)}`;
      button.title = `${name}\n${reachSentence(found)}`;
    }
    summary.show(places.map((place) => measureAt(selected, place).name));
  }

  function drawSelection({ locked, isolated, named, selected, combine }) {
    for (const { place, button } of cells) {
      const chosen = locked.layer === place.layer && locked.head === place.head;
      button.setAttribute("aria-checked", String(chosen));
      button.tabIndex = chosen ? 0 : -1;
      const aside = isolated ? !chosen : named !== null && measureAt(selected, place).name !== named;
      button.classList.toggle("aside", aside);
      button.classList.toggle("taken", takesPart(combine, place, locked));
    }
  }

  /** Many layers have a scroll bar of their own: the locked head stays in sight without moving the page. */
  function keepInSight({ locked }) {
    if (frame.scrollHeight <= frame.clientHeight) return;
    const { button } = cells[(locked.layer - film.first) * film.heads + locked.head];
    const top = button.offsetTop;
    if (top < frame.scrollTop || top + button.offsetHeight > frame.scrollTop + frame.clientHeight) frame.scrollTop = top - frame.clientHeight / 2;
  }

  const frame = element("div", { class: "atlas-frame" }, grid);
  store.watch(["locked", "width"], keepInSight);
  store.watch([...SHOWN.filter((key) => key !== "combine"), "width"], drawThumbnails);
  store.watch(["selected", "measured"], drawLabels);
  store.watch(["locked", "isolated", "named", "selected", "combine", "measured"], drawSelection);
  return { grid: element("div", {}, frame, summary.row), places };
}

/** Is a head part of the combined map that the large picture shows? */
function takesPart(combine, place, locked) {
  if (!combine) return false;
  if (combine === "rollout") return place.layer <= locked.layer;
  return isOfAll(combine) || place.layer === locked.layer;
}

/** "4 previous token · 2 sink · 8 mixed": how many heads have which name; pressing one shows where they are, and the clearest. */
function createSummary(store, lockStrongest) {
  const row = element("div", { class: "summary", role: "group", aria: { label: t("Names of the heads") } });
  const settle = rove(row, ".tally");
  let shown = "";

  function show(names) {
    const counts = new Map();
    for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
    const key = [...counts].join();
    if (key === shown) return;
    shown = key;
    if (!counts.has(store.state.named)) store.set({ named: null });
    row.replaceChildren(...[...counts].sort((a, b) => b[1] - a[1]).map(([name, count]) => element("button", {
      type: "button", class: "tally", "data-name": name, aria: { pressed: String(store.state.named === name) },
      on: { click: () => press(name) },
    }, element("strong", { text: String(count) }), ` ${plainName(name)}`)));
    settle();
  }

  function press(name) {
    const named = store.state.named === name ? null : name;
    store.set({ named });
    if (named) lockStrongest(named);
  }

  store.watch(["named"], ({ named }) => {
    for (const button of row.children) button.setAttribute("aria-pressed", String(button.dataset.name === named));
  });
  return { row, show };
}
