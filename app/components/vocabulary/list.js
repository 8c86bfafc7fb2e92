/** The list of tokens: 50,000 rows scroll as smoothly as fifty, for only those in sight are drawn. */
import { element } from "../kit/dom.js";
import { count } from "../kit/format.js";
import { tokenSpan } from "../kit/tokens.js";
import { t } from "../kit/words.js";

const SPARE = 8; // rows above and below what is in sight

export function createList(store) {
  const space = element("div", { class: "token-space" });
  const frame = element("div", { class: "token-list", role: "listbox", tabindex: "0", aria: { label: t("Tokens of the vocabulary") } }, space);
  const nothing = element("p", { class: "note nothing", text: t("No token is like that."), hidden: true });
  const heads = [t("id"), t("token"), t("length"), t("in training")].map((text) => element("span", { text }));
  let from = -1;

  const height = () => Math.round(32 * (parseFloat(getComputedStyle(frame).getPropertyValue("--scale")) || 1));

  function draw(force = false) {
    const { found, chosen } = store.state;
    const rowHeight = height();
    const first = Math.max(0, Math.floor(frame.scrollTop / rowHeight) - SPARE);
    if (!force && first === from) return;
    from = first;
    const last = Math.min(found.length, first + Math.ceil(frame.clientHeight / rowHeight) + 2 * SPARE);
    const most = Math.max(1, ...found.slice(first, last).map(({ times }) => times ?? 0));
    space.style.height = `${found.length * rowHeight}px`;
    space.replaceChildren(...found.slice(first, last).map((token, index) => rowOf(token, { top: (first + index) * rowHeight, rowHeight, chosen, most, place: first + index, all: found.length })));
    frame.setAttribute("aria-activedescendant", found.some(({ id }) => id === chosen) ? `vocabulary-${chosen}` : "");
  }

  store.watch(["found"], ({ found }) => {
    frame.scrollTop = 0;
    nothing.hidden = found.length > 0 || store.state.columns === null;
    draw(true);
  });
  store.watch(["chosen"], () => draw(true));
  frame.addEventListener("scroll", () => draw());
  frame.addEventListener("click", (event) => {
    const id = event.target.closest(".token-row")?.dataset.id;
    if (id !== undefined) store.set({ chosen: Number(id) === store.state.chosen ? null : Number(id) });
  });
  frame.addEventListener("keydown", (event) => move(event, store, frame, height()));
  const watcher = new ResizeObserver(() => draw(true));
  watcher.observe(frame);
  return element("section", { class: "panel list-panel", aria: { label: t("Tokens of the vocabulary") } }, element("div", { class: "token-heads note" }, heads), frame, nothing);
}

function rowOf({ id, text, length, times, kind }, { top, rowHeight, chosen, most, place, all }) {
  const bar = element("span", { class: "row-bar" });
  bar.style.width = `${((times ?? 0) / most) * 100}%`;
  const node = element("div", { class: "token-row", role: "option", id: `vocabulary-${id}`, aria: { selected: String(id === chosen), posinset: place + 1, setsize: all } },
    element("span", { class: "mono muted", text: String(id) }), element("span", { class: `row-text ${kind === "s" ? "special" : ""}` }, element("bdi", {}, tokenSpan(text))),
    element("span", { class: "mono", text: length ? String(length) : "–" }),
    element("span", { class: "row-times" }, element("span", { class: "mono", text: times === null ? "–" : count(times) }), element("span", { class: "row-well", aria: { hidden: "true" } }, bar)));
  node.style.transform = `translateY(${top}px)`;
  node.style.height = `${rowHeight}px`;
  node.dataset.id = id;
  node.classList.toggle("never", times === 0);
  return node;
}

/** Arrows choose the neighbour, Escape lets go; the chosen row is brought into sight. */
function move(event, store, frame, rowHeight) {
  const { found, chosen } = store.state;
  const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 };
  if (event.key === "Escape") store.set({ chosen: null });
  if (!(event.key in steps) && event.key !== "Home" && event.key !== "End") return;
  event.preventDefault();
  const at = found.findIndex(({ id }) => id === chosen);
  const wish = event.key === "Home" ? 0 : event.key === "End" ? found.length - 1 : at + steps[event.key];
  const place = Math.max(0, Math.min(found.length - 1, wish));
  if (!found.length) return;
  const top = place * rowHeight;
  if (top < frame.scrollTop) frame.scrollTop = top;
  else if (top + rowHeight > frame.scrollTop + frame.clientHeight) frame.scrollTop = top + rowHeight - frame.clientHeight;
  store.set({ chosen: found[place].id });
}
