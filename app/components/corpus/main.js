/** A text looked at: a sample as it is, its characters by frequency, and the part that is kept aside. */
import { element, setText } from "../kit/dom.js";
import { mount } from "../kit/mount.js";
import { createStore } from "../kit/store.js";
import { visibleToken } from "../kit/tokens.js";
import { percent } from "../kit/format.js";
import { t } from "../kit/words.js";
import { barText, grouped, sizesText, splitText, textCaption } from "./captions.js";

export default mount((root, { data }) => {
  const store = createStore({ data, hovered: null, locked: null }, { name: "corpus" });
  root.replaceChildren(createAbout(store), element("div", { class: "bench" }, createSample(store), createBars(store)), createSplit(store), createTable(store));
  store.redrawAll();
  return {
    update(next) { store.set({ data: next, ...(next.title === store.state.data.title ? {} : { hovered: null, locked: null }) }); },
    dispose: () => store.stop(),
  };
});

function createAbout(store) {
  const title = element("h2", { dir: "auto" });
  const words = element("p", {});
  const facts = element("p", { class: "note" });
  const rights = element("p", { class: "note" });
  store.watch(["data"], ({ data }) => {
    setText(title, data.title);
    setText(words, data.description);
    setText(facts, sizesText(data));
    setText(rights, data.licence ? t("Licence: {licence} · Source: {source}", data) : t("Yours: it stays on this machine."));
  });
  return element("header", { class: "about" }, title, words, facts, rights);
}

/** The beginning of the text; the character in focus is marked wherever it stands. */
function createSample(store) {
  const text = element("div", { class: "sample mono", tabindex: "0", dir: "auto", role: "region", aria: { label: t("How it begins") } });
  store.watch(["data", "hovered", "locked"], ({ data, hovered, locked }) => {
    text.replaceChildren(...marked(data.sample, hovered ?? locked), data.characters > data.sample.length ? " …" : "");
  });
  return element("section", { class: "panel sample-panel" }, element("div", { class: "panel-heading" }, element("h2", { text: t("How it begins") })), text);
}

function marked(sample, character) {
  if (character === null) return [sample];
  const shown = character === "\n" ? "↵\n" : visibleToken(character);
  return sample.split(character).flatMap((part, index) => (index ? [element("mark", { text: shown }), part] : [part]));
}

function createBars(store) {
  const list = element("div", { class: "bars", role: "listbox", aria: { label: t("The most frequent characters") } });
  const reading = element("p", { class: "note reading", aria: { live: "polite" } });
  const caption = element("p", { class: "caption" });
  let bars = [];
  store.watch(["data"], ({ data }) => {
    const most = data.frequent[0]?.[1] ?? 1;
    bars = data.frequent.map(([character, times], index) => createBar(store, character, times, most, data, index));
    list.replaceChildren(...bars);
    setText(caption, textCaption(data));
  });
  store.watch(["data", "hovered", "locked"], ({ data, hovered, locked }) => {
    const focus = hovered ?? locked;
    const entry = data.frequent.find(([character]) => character === focus);
    setText(reading, entry ? barText(...entry, data.characters) : t("hover a bar to find its character in the text"));
    data.frequent.forEach(([character], index) => {
      bars[index].classList.toggle("focused", character === hovered);
      bars[index].setAttribute("aria-selected", String(character === locked));
    });
  });
  list.addEventListener("pointerleave", () => store.set({ hovered: null }));
  list.addEventListener("keydown", (event) => moveFocus(event, bars, store));
  return element("section", { class: "panel" },
    element("div", { class: "panel-heading" }, element("h2", { text: t("The most frequent characters") }), reading), list, caption);
}

function createBar(store, character, times, most, data, index) {
  const fill = element("span", { class: "bar-fill" });
  fill.style.height = `${(times / most) * 100}%`;
  return element("span", {
    class: "bar", role: "option", tabindex: index ? "-1" : "0", aria: { label: barText(character, times, data.characters) },
    onpointerenter: () => store.set({ hovered: character }),
    onfocus: () => store.set({ hovered: character }),
    onblur: () => store.set({ hovered: null }),
    onclick: () => store.set({ locked: store.state.locked === character ? null : character }),
  }, element("span", { class: "bar-well" }, fill), element("bdi", { class: "bar-name mono", text: visibleToken(character) }));
}

function moveFocus(event, bars, store) {
  const at = bars.indexOf(event.target);
  const go = (to) => {
    const next = bars[Math.max(0, Math.min(bars.length - 1, to))];
    event.target.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  };
  const actions = {
    ArrowRight: () => go(at + 1), ArrowLeft: () => go(at - 1), Home: () => go(0), End: () => go(Infinity),
    Enter: () => event.target.click(), " ": () => event.target.click(), Escape: () => store.set({ locked: null, hovered: null }),
  };
  if (at < 0 || !actions[event.key]) return;
  event.preventDefault();
  event.stopPropagation();
  actions[event.key]();
}

function createSplit(store) {
  const training = element("span", { class: "split-training" });
  const validation = element("span", { class: "split-validation" });
  const words = element("p", { class: "note" });
  const bar = element("div", { class: "split-bar", aria: { hidden: "true" } }, training, validation);
  store.watch(["data"], ({ data }) => {
    const { split } = data;
    bar.hidden = Boolean(split.problem);
    training.style.flexGrow = split.training;
    validation.style.flexGrow = split.validation;
    setText(training, t("to learn from"));
    setText(validation, t("to test"));
    setText(words, splitText(data));
  });
  return element("section", { class: "split", aria: { label: t("Training and validation part") } }, bar, words);
}

function createTable(store) {
  const body = element("div", { class: "table-frame", tabindex: "0" });
  const details = element("details", { class: "values" }, element("summary", { text: t("Values as a table") }), body);
  const build = () => {
    const { data } = store.state;
    const row = (kind, cells) => element("tr", {}, cells.map((text) => element(kind, { text })));
    const rows = data.frequent.map(([character, times]) => row("td", [visibleToken(character), `U+${character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`, grouped(times), percent(times / data.characters)]));
    body.replaceChildren(...(details.open ? [element("table", {}, row("th", [t("character"), t("code point"), t("times"), t("share")]), ...rows)] : []));
  };
  details.addEventListener("toggle", build);
  store.watch(["data"], build);
  return details;
}
