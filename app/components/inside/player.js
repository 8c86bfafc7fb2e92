/** Walking: back, play, on, by buttons and keys; play shows each stop long enough to read its sentence. */
import { disable, element, iconButton, isTyping, segmented } from "../kit/dom.js";
import { t } from "../kit/words.js";

const MILLISECONDS_PER_STOP = 2600;
const MANY_HEADS = 8;

export function createPlayer(store, { choose }) {
  const move = (by) => { store.set({ walking: false }); choose(store.state.at + by); };
  const back = iconButton({ icon: "back", text: t("Back"), class: "button round", onClick: () => move(-1) });
  const play = iconButton({ icon: "play", text: t("Play the pass"), class: "button round", onClick: toggle });
  const on = iconButton({ icon: "step", text: t("Step"), class: "button round", onClick: () => move(1) });
  const hint = element("span", { class: "unit keys", text: t("keys: ← → walk, space plays, ↑ ↓ other block") });
  const bar = element("div", { class: "player", role: "group", aria: { label: t("Walk through the pass") } }, back.button, play.button, on.button, hint);
  let timer = 0;

  function toggle() {
    const { walking, at, stops } = store.state;
    if (!walking && at === stops.length - 1) choose(0);
    store.set({ walking: !walking });
  }

  function advance() {
    const { at, stops, tensors } = store.state;
    if (tensors === null) return; // its numbers are on their way
    if (at >= stops.length - 1) store.set({ walking: false });
    else choose(at + 1);
  }

  store.watch(["walking", "at", "stops"], ({ walking, at, stops }, changed) => {
    if (changed.has("walking")) {
      clearInterval(timer);
      if (walking) timer = setInterval(advance, MILLISECONDS_PER_STOP);
    }
    play.show(walking ? "pause" : "play", walking ? t("Pause the pass") : t("Play the pass"));
    disable(back.button, at <= 0, on.button);
    disable(on.button, at >= stops.length - 1, back.button);
  });

  /** The left and right arrows and space work on the whole page; those that a page scrolls with only in the picture. */
  function key(event) {
    if (isTyping(event) || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || !store.state.stops.length) return;
    const path = event.composedPath();
    const within = (selector) => path.some((node) => node instanceof HTMLElement && node.matches(selector));
    const inside = path.some((node) => node.contains?.(bar) && node instanceof HTMLElement && node.matches(".walk"));
    if (within("[role=slider], [role=tab], [role=tablist], [role=combobox], [role=radio]:not(.chip)")) return;
    const { at, stops, block } = store.state;
    const inBlock = stops[at].block !== null;
    const sameIn = (other) => stops.findIndex((stop) => stop.block === other && stop.name === stops[at].name);
    const actions = {
      ArrowRight: () => move(1), ArrowLeft: () => move(-1), ...(within("button, summary, a") ? {} : { " ": toggle }),
      Escape: () => store.set({ number: null, source: null }),
      ...(inside ? { Home: () => move(-at), End: () => move(stops.length) } : {}),
      ...(inside && inBlock && block < store.state.overview.sizes.L - 1 ? { ArrowDown: () => choose(sameIn(block + 1)) } : {}),
      ...(inside && inBlock && block > 0 ? { ArrowUp: () => choose(sameIn(block - 1)) } : {}),
    };
    if (!actions[event.key]) return;
    if (event.key !== "Escape") event.preventDefault();
    actions[event.key]();
  }
  document.addEventListener("keydown", key);

  return { bar, dispose() { clearInterval(timer); document.removeEventListener("keydown", key); } };
}

/** Which head is in view, where a stop has heads. */
export function createHeads(store) {
  const place = element("div", { class: "heads" });
  let drawn = "";
  let show = () => {};
  const choose = (value) => store.set({ head: Number(value), number: null, source: null });

  store.watch(["overview", "head", "at", "stops"], ({ overview, head, at, stops }) => {
    if (!overview) return;
    place.hidden = !stops[at]?.made.some(({ axes, kind }) => axes.startsWith("H") || kind === "join");
    const { H } = overview.sizes;
    if (drawn !== `${H}`) {
      drawn = `${H}`;
      const names = Array.from({ length: H }, (_, each) => ({ value: String(each), text: H > MANY_HEADS ? t("head {head}", { head: each + 1 }) : String(each + 1) }));
      if (H > MANY_HEADS) {
        const select = element("select", { class: "choice", aria: { label: t("Head") }, onchange: () => choose(select.value) }, ...names.map(({ value, text }) => element("option", { value, text })));
        show = (value) => { select.value = String(value); };
        place.replaceChildren(select);
      } else {
        const group = segmented({ label: t("Head"), choices: names, chosen: String(head), onChoose: choose });
        ({ show } = group);
        place.replaceChildren(element("span", { class: "label muted", text: t("Head") }), group.group);
      }
    }
    show(head);
  });
  return place;
}
