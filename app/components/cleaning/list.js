/** The steps: those that are on in their order, each with what it did, then those that are off. */
import { animateOnce, element, setText } from "../kit/dom.js";
import { t } from "../kit/words.js";
import { moved, placed, switched } from "./order.js";
import { effectText } from "./wording.js";

export function createList(store, choose) {
  const on = element("ol", { class: "steps on", aria: { label: t("Steps that are on, in their order") } });
  const off = element("ul", { class: "steps off", aria: { label: t("Steps that are off") } });
  const rest = element("section", { class: "panel" }, element("div", { class: "panel-heading" }, element("h2", { text: t("Off") })), off);
  const empty = element("p", { class: "note", text: t("None is on: the text stays as it is. Switch one on and see what it changes.") });
  const rows = new Map();
  let focused = null;
  const act = (chosen, focus) => {
    focused = focus;
    choose(chosen, focus?.name ?? store.state.looked);
  };
  const hands = {
    toggle: (name) => act(switched(store.state.chosen, name, store.state.data.names), { name, part: "switch" }),
    move(name, by) {
      const chosen = moved(store.state.chosen, name, by);
      if (chosen !== store.state.chosen) act(chosen, { name, part: by < 0 ? "up" : "down" });
    },
    place(name, other) {
      const chosen = placed(store.state.chosen, name, store.state.chosen.indexOf(other));
      if (chosen !== store.state.chosen) act(chosen, { name, part: "title" });
    },
    look: (name) => store.set({ looked: store.state.looked === name ? null : name }),
  };
  store.watch(["chosen", "data"], ({ chosen, data }) => {
    const before = new Map([...rows].map(([name, row]) => [name, row.node.isConnected ? row.node.getBoundingClientRect() : null]));
    for (const name of data.names) if (!rows.has(name)) rows.set(name, createRow(name, store, hands));
    arrange(on, chosen.map((name) => rows.get(name).node));
    arrange(off, data.names.filter((name) => !chosen.includes(name)).map((name) => rows.get(name).node));
    empty.hidden = chosen.length > 0;
    rest.hidden = chosen.length === data.names.length;
    for (const [name, row] of rows) row.draw(data, chosen.indexOf(name), chosen.length);
    slide(rows, before);
    if (focused) rows.get(focused.name)?.focus(focused.part);
    focused = null;
  });
  store.watch(["looked", "pending", "chosen"], ({ looked, pending }) => {
    for (const [name, row] of rows) row.mark(name === looked, pending);
  });
  const order = element("section", { class: "panel steps-panel" }, element("div", { class: "panel-heading" }, element("h2", { text: t("Steps, done from top to bottom") })), empty, on);
  return { order, rest };
}

/** Nodes that are taken out and put back lose the focus, so only a new order moves any. */
function arrange(list, nodes) {
  const same = list.children.length === nodes.length && nodes.every((node, place) => list.children[place] === node);
  if (!same) list.replaceChildren(...nodes);
}

/** Each row glides from where it was to where it is. */
function slide(rows, before) {
  for (const [name, { node }] of rows) {
    const was = before.get(name);
    const now = was && node.getBoundingClientRect();
    if (was && (was.top !== now.top || was.left !== now.left)) animateOnce(node, [{ transform: `translate(${was.left - now.left}px, ${was.top - now.top}px)` }, { transform: "none" }], 180);
  }
}

function createRow(name, store, { toggle, move, place, look }) {
  const input = element("input", { type: "checkbox", role: "switch", class: "switch", onchange: () => toggle(name) });
  const title = element("button", { type: "button", class: "step-title", onclick: () => look(name) });
  const why = element("p", { class: "note" });
  const effect = element("p", { class: "effect" });
  const up = arrow("↑", () => move(name, -1));
  const down = arrow("↓", () => move(name, 1));
  const node = element("li", { class: "step" }, input, element("div", { class: "step-words" }, title, effect, why), element("span", { class: "arrows" }, up, down));
  node.addEventListener("keydown", (event) => {
    const way = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!way || !event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    move(name, way);
  });
  draggable(node, name, store, place);
  return {
    node,
    draw(data, place, count) {
      const { title: words, why: reason } = data.steps[name];
      const isOn = place >= 0;
      input.checked = isOn;
      input.setAttribute("aria-label", words);
      setText(title, words);
      setText(why, reason);
      const report = isOn ? data.reports[name] : null;
      effect.hidden = !report;
      if (report) setText(effect, effectText(report));
      node.classList.toggle("idle", Boolean(report) && report.characters[0] === report.characters[1] && !report.changed);
      node.draggable = isOn;
      title.disabled = !isOn;
      up.hidden = down.hidden = !isOn;
      up.disabled = place === 0;
      down.disabled = place === count - 1;
      up.setAttribute("aria-label", t("Move “{title}” up", { title: words }));
      down.setAttribute("aria-label", t("Move “{title}” down", { title: words }));
      title.title = isOn ? t("Click: what this step changed. Alt and arrow keys: move it.") : "";
    },
    mark(looked, pending) {
      title.setAttribute("aria-pressed", String(looked));
      node.classList.toggle("looked", looked);
      node.classList.toggle("pending", pending);
    },
    focus: (part) => ({ switch: input, title, up: up.disabled ? down : up, down: down.disabled ? up : down })[part].focus({ preventScroll: true }),
  };
}

const arrow = (sign, onClick) => element("button", { type: "button", class: "arrow", text: sign, onclick: onClick });

const KIND = "text/x-cleaning-step";

function draggable(node, name, store, place) {
  node.addEventListener("dragstart", (event) => {
    event.dataTransfer.setData(KIND, name);
    event.dataTransfer.effectAllowed = "move";
  });
  node.addEventListener("dragover", (event) => {
    if (event.dataTransfer.types.includes(KIND) && store.state.chosen.includes(name)) event.preventDefault();
  });
  node.addEventListener("drop", (event) => {
    event.preventDefault();
    place(event.dataTransfer.getData(KIND), name);
  });
}
