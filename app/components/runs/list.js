/** All runs in a list with filters; a tick lays a run into the comparison. */
import { element, setText } from "../kit/dom.js";
import { count, fixed, number } from "../kit/format.js";
import { isOver } from "../kit/series.js";
import { language, t } from "../kit/words.js";
import { markOf, swatch } from "./marks.js";
import { inUnit } from "./series.js";

const KINDS = { training: (row) => !isOver(row) && !row.gallery, done: (row) => row.state === "done" && !row.gallery, stopped: (row) => row.state === "stopped", failed: (row) => row.state === "failed", gallery: (row) => row.gallery };

const SORTS = {
  newest: (one, other) => (other.when ?? 0) - (one.when ?? 0),
  loss: (one, other) => lossRank(one) - lossRank(other),
  parameters: (one, other) => (one.parameters ?? Infinity) - (other.parameters ?? Infinity),
  name: (one, other) => one.name.localeCompare(other.name),
};
const lossRank = (row) => inUnit(row.val_loss, "bytes", row.perByte) ?? Infinity;

/** The rows that pass the filters, in the wished order: pure, so that a test can hold it. */
export function filtered(rows, { search, kind, corpus, tag = "", sort }) {
  const words = search.trim().toLowerCase();
  const passes = (row) => (!words || row.name.toLowerCase().includes(words) || row.id.includes(words)) && (!KINDS[kind] || KINDS[kind](row)) && (!corpus || row.corpus === corpus) && (!tag || (row.tags ?? []).includes(tag));
  return rows.filter(passes).sort(SORTS[sort] ?? SORTS.newest);
}

export function stateText(row) {
  if (row.gallery) return t("comes with Tokenarium");
  if (row.state === "queued") return row.queue_position ? t("Waiting, place {place} in the queue", { place: row.queue_position }) : t("Waiting");
  const words = { starting: t("Preparing"), running: t("Running"), paused: t("Paused"), parked: t("Paused"), done: t("Finished"), failed: t("Failed"), stopped: t("Stopped") };
  return words[row.state] ?? row.state;
}

export function createList(store) {
  const items = new Map();
  const list = element("ul", { class: "run-list", aria: { label: t("Runs") } });
  const none = element("p", { class: "muted none", hidden: true, text: t("No run passes these filters.") });
  const filters = createFilters(store);
  const clear = element("button", { type: "button", class: "button small", text: t("Choose none"), on: { click: () => store.set({ chosen: [], zoom: null }) } });
  const howMany = element("span", { class: "muted label", role: "status" });
  const panel = element("section", { class: "runs-side", aria: { label: t("All runs") } }, filters.node,
    element("div", { class: "list-line" }, howMany, element("span", { class: "spacer" }), clear), list, none);
  store.watch(["rows", "search", "kind", "corpus", "tag", "sort", "chosen", "y", "palette"], (state) => {
    const shown = filtered(state.rows, state);
    const several = new Set(state.rows.filter((row) => !row.gallery).map((row) => row.owner)).size > 1;
    const nodes = shown.map((row) => {
      if (!items.has(row.id)) items.set(row.id, createItem(store, row.id));
      const item = items.get(row.id);
      item.show(row, state, several);
      return item.node;
    });
    if (nodes.length !== list.children.length || nodes.some((node, at) => list.children[at] !== node)) list.replaceChildren(...nodes);
    none.hidden = shown.length > 0;
    clear.hidden = !state.chosen.length;
    setText(howMany, t("{shown} of {all} runs, {chosen} compared", { shown: shown.length, all: state.rows.length, chosen: state.chosen.length }));
    filters.show(state);
  });
  return panel;
}

function createFilters(store) {
  const choose = (key, label, options) => {
    const select = element("select", { class: "field", aria: { label }, on: { change: () => store.set({ [key]: select.value }) } },
      ...options.map(([value, text]) => element("option", { value, text })));
    return select;
  };
  const search = element("input", { type: "search", class: "field search", placeholder: t("Find by name"), aria: { label: t("Find by name") }, on: { input: () => store.set({ search: search.value }) } });
  const kind = choose("kind", t("State"), [["", t("every state")], ["training", t("in training")], ["done", t("finished")], ["stopped", t("stopped")], ["failed", t("failed")], ["gallery", t("comes with Tokenarium")]]);
  const corpus = choose("corpus", t("Text"), [["", t("every text")]]);
  const tag = choose("tag", t("Tag"), [["", t("every tag")]]);
  const refill = (select, every, found) => {
    if ([...select.options].slice(1).map((option) => option.value).join("\n") === found.join("\n")) return;
    const chosen = select.value;
    select.replaceChildren(element("option", { value: "", text: every }), ...found.map((text) => element("option", { value: text, text })));
    select.value = found.includes(chosen) ? chosen : "";
    select.dispatchEvent(new Event("change"));
  };
  const sort = choose("sort", t("Order"), [["newest", t("newest first")], ["loss", t("lowest loss first")], ["parameters", t("smallest first")], ["name", t("by name")]]);
  return {
    node: element("div", { class: "filters", role: "search" }, search, kind, corpus, sort, tag),
    show({ rows }) {
      refill(corpus, t("every text"), [...new Set(rows.map((row) => row.corpus).filter(Boolean))].sort());
      const tags = [...new Set(rows.flatMap((row) => row.tags ?? []))].sort();
      refill(tag, t("every tag"), tags);
      tag.hidden = !tags.length;
    },
  };
}

/** A line of the list: tick and mark, name and loss; below it how far it has come, its size, its text, its age. */
function createItem(store, id) {
  const box = element("input", { type: "checkbox", on: { change: () => toggle(store, id) } });
  const mark = element("span", { class: "item-mark" });
  const name = element("span", { class: "item-name", dir: "auto" });
  const loss = element("b", { class: "item-loss" });
  const unit = element("span", { class: "item-unit unit" });
  const facts = element("span", { class: "item-facts muted" });
  const tags = element("span", { class: "item-tags" });
  const fill = element("span", { class: "item-fill" });
  const progress = element("span", { class: "item-progress", aria: { hidden: "true" } }, fill);
  const node = element("li", { class: "item", on: { pointerenter: () => store.set({ hovered: id }), pointerleave: () => store.set({ hovered: null }), focusin: () => store.set({ hovered: id }), focusout: () => store.set({ hovered: null }) } },
    element("label", { class: "item-label" }, box, mark, name, loss, facts, unit, tags, progress));
  return {
    node,
    show(row, { chosen, y }, several) {
      const place = chosen.indexOf(id);
      box.checked = place >= 0;
      node.classList.toggle("chosen", place >= 0);
      if (mark.dataset.place !== String(place)) {
        mark.dataset.place = String(place);
        mark.replaceChildren(...(place < 0 ? [] : [element("b", { text: markOf(place).letter }), swatch(markOf(place))]));
      }
      setText(name, row.name);
      name.title = row.name;
      const value = inUnit(row.val_loss, y, row.perByte);
      setText(loss, value === null ? "–" : fixed(value));
      const other = y === "nats" ? inUnit(row.val_loss, "bytes", row.perByte) : row.val_loss;
      unit.hidden = other === null;
      setText(unit, other === null ? "" : y === "nats" ? t("{value} bits/byte", { value: number(other) }) : t("{value} nats", { value: number(other) }));
      setText(facts, factsOf(row, several));
      showTags(tags, row.tags ?? []);
      const moving = !row.gallery && row.state !== "done";
      node.dataset.state = row.gallery ? "gallery" : row.state;
      progress.hidden = !moving;
      fill.style.transform = `scaleX(${row.steps ? Math.min(1, row.step / row.steps) : 0})`;
    },
  };
}

/** Labels that people gave: text, whatever they typed. */
function showTags(node, tags) {
  node.hidden = !tags.length;
  if (node.dataset.tags === tags.join("\n")) return;
  node.dataset.tags = tags.join("\n");
  node.replaceChildren(...tags.map((tag) => element("span", { class: "tag", dir: "auto", text: tag })));
}

/** Whose run it is says something only where several people train. */
function factsOf(row, several) {
  const state = stateText(row);
  const parts = [row.state === "done" || !row.step ? state : t("{state}, step {step} of {steps}", { state, step: row.step, steps: row.steps })];
  const counts = row.settings["model.architecture"] === "counts";
  if (row.parameters) parts.push(counts ? t("{count} different n-grams", { count: count(row.parameters) }) : t("{count} parameters", { count: count(row.parameters) }));
  if (row.corpus) parts.push(row.corpus);
  if (row.tokenizer) parts.push(row.tokenizer);
  if (several && !row.gallery) parts.push(row.owner === "local" ? t("on this machine") : row.owner);
  if (row.when) parts.push(ago(row.when));
  return parts.join(" · ");
}

/** "5 minutes ago", in the page's own language. */
function ago(when, now = Date.now() / 1000) {
  const seconds = Math.max(0, now - when);
  const words = new Intl.RelativeTimeFormat(language() === "zh" ? "zh-CN" : "en", { numeric: "auto" });
  if (seconds < 60) return words.format(0, "minute").replace(/^this minute$/, t("just now"));
  if (seconds < 3600) return words.format(-Math.round(seconds / 60), "minute");
  return seconds < 86400 ? words.format(-Math.round(seconds / 3600), "hour") : words.format(-Math.round(seconds / 86400), "day");
}

function toggle(store, id) {
  const { chosen } = store.state;
  store.set({ last: chosen.includes(id) ? store.state.last : id, chosen: chosen.includes(id) ? chosen.filter((other) => other !== id) : [...chosen, id], zoom: null });
}
