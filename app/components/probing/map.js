/** Map: the tokens on a plane as training moves them, and those that point the same way in the whole space. */
import { element, setText } from "../kit/dom.js";
import { fixed, percent } from "../kit/format.js";
import { rove } from "../kit/rove.js";
import { createStore } from "../kit/store.js";
import { addPoints, createTimeline, selectStep, TIMELINE_STATE } from "../kit/timeline.js";
import { quotedToken, tokenSpan, visibleToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { createTokenMap, momentAt, neighbours } from "../train/token_map.js";
import { joined } from "./names.js";
import { createTables } from "./table.js";

const PAUSE = 250; // milliseconds without another choice, before the server is asked

export function createMap({ ask, start, again, remember, origin }) {
  let entry = start.entry ?? null; // the id of the token that is asked about
  let wanted = ""; // a token that is searched for
  let map = null;
  let shown = null;
  let timer = 0;
  let asked = -1; // the step that the list was last asked for
  const store = createStore({ ...TIMELINE_STATE, insideOpen: true, size: "" }, { name: "map" });
  const placeOf = (id) => { const place = map?.ids.indexOf(id) ?? -1; return place < 0 ? null : place; };
  const soon = () => { clearTimeout(timer); timer = setTimeout(again, PAUSE); };
  const tokens = createTokenMap(store, { linked: {
    load: async () => map, chosen: () => (shown ? placeOf(shown.entry.id) : null),
    near: () => (shown ? shown.near.map(({ id }) => placeOf(id)).filter((place) => place !== null) : []),
    onChoose(place) { if (map.ids[place] !== null && map.ids[place] !== entry) { entry = map.ids[place]; soon(); } },
  } });
  const timeline = createTimeline(store);
  const field = element("input", { type: "search", class: "own-field", maxlength: 100, autocomplete: "off", spellcheck: "false", dir: "auto", placeholder: t("Find a token"), aria: { label: t("Find a token") } });
  const said = element("p", { class: "note", role: "status" });
  const search = element("form", { class: "own", onsubmit(event) { event.preventDefault(); wanted = field.value; if (wanted) again(); } }, field, element("button", { type: "submit", class: "button", text: t("Find") }));
  const heading = element("h3");
  const list = element("ol", { class: "near-list" });
  const settle = rove(list, "button", { lines: "li" });
  const caption = element("p", { class: "caption", aria: { live: "polite" } });
  const tables = createTables();
  const title = t("Map: which tokens are alike to the model?");
  const node = element("div", { class: "panel" }, element("div", { class: "panel-heading" }, element("h2", { text: title })),
    search, said, timeline.bar, element("div", { class: "vicinity" }, tokens.node, element("div", {}, heading, list)), caption, tables.box);
  const resized = new ResizeObserver(() => store.set({ size: String(node.clientWidth) }));
  resized.observe(node);

  const stepNow = () => store.state.points[store.state.selected]?.step ?? start.at ?? -1;
  store.watch(["selected", "playing"], ({ playing, follows, points }) => {
    if (!points.length) return;
    say();
    remember();
    const known = stepNow() === asked || (asked === -1 && follows);
    if (!playing && !known) soon(); // another kept model may be nearest to this moment
  });

  async function load() {
    const answer = await ask("map", { text: "" });
    if (!answer || answer.error) { if (answer) setText(said, answer.error); return; }
    ({ map } = answer);
    addPoints(store, map.steps.map((step) => ({ step })));
    if (start.at !== null && start.at !== undefined) selectStep(store, start.at);
  }

  function choose(id) {
    entry = id;
    again();
  }

  function draw(answer) {
    shown = answer;
    wanted = "";
    entry = answer.entry.id;
    setText(said, answer.missing ? t("No token of this vocabulary reads {text}.", { text: `“${field.value}”` }) : "");
    setText(heading, t("Nearest to {token}, by direction", { token: quotedToken(answer.entry.text) }));
    const focused = list.contains(list.getRootNode().activeElement);
    list.replaceChildren(...answer.near.map(({ id, text, cosine }) => {
      const bar = element("span", { class: "near-bar" });
      bar.style.width = `${100 * Math.max(0, cosine)}%`;
      const row = element("button", { type: "button", class: "near-row", onclick: () => choose(id), aria: { label: t("{token}: {value}", { token: quotedToken(text), value: fixed(cosine) }) } }, tokenSpan(text), bar);
      return element("li", { class: "near-item" }, row, element("span", { class: "number" }, cosineOf(answer, origin, id, fixed(cosine))));
    }));
    if (focused) list.querySelector("button")?.focus();
    settle();
    tokens.show(placeOf(entry));
    say();
    tables.show(() => [tableOf(answer, origin)]);
    remember();
  }

  function say() {
    if (shown) setText(caption, captionOf(shown, map, placeOf(shown.entry.id), store.state));
  }

  load();
  return {
    node, title, question: "near", alone: true, draw,
    values: () => ({ text: "", step: (asked = stepNow()), ...(entry === null ? {} : { entry }), ...(wanted ? { find: wanted } : {}) }),
    view: () => ({ text: start.text || null, entry, at: store.state.follows ? null : store.state.points[store.state.selected]?.step ?? null }),
    stop() { clearTimeout(timer); resized.disconnect(); timeline.dispose(); tokens.stop(); store.stop(); },
  };
}

/** What the list says, how far the plane agrees with it, and what to think of it. */
function captionOf({ entry, near, width, step, vocabulary }, map, place, { points, selected }) {
  if (!near.length) return t("This vocabulary has one token alone.");
  const [best] = near;
  const values = { token: quotedToken(entry.text), other: quotedToken(best.text), cosine: fixed(best.cosine), width, step, size: vocabulary };
  const first = t("Of all {size} tokens, {other} points most nearly the way of {token} in the {width} dimensions of the embedding (cosine {cosine}).", values);
  if (!map || !points.length) return first;
  if (place === null) return joined([first, t("{token} itself is not among the tokens on the map.", values)]);
  const moment = momentAt(map.steps, points[selected].step);
  const ids = neighbours(map, moment, place, near.length).map((other) => map.ids[other]);
  const both = near.filter(({ id }) => ids.includes(id)).length;
  return joined([first, t("Of the {count} in the list, the plane has {both} among its own {count} nearest: it shows {share} of all spread, so closeness on it can deceive.", { both, count: near.length, share: percent(map.share) }),
    map.steps.length > 1 && points[selected].step !== step ? t("The list is of the kept model nearest to this moment, that of step {step}.", values) : ""]);
}

const cosineOf = ({ entry, step }, origin, id, text) => origin.number(text, "near.cosine", [id], { token: entry.id, text: "", step });

const tableOf = (answer, origin, { near, entry } = answer) => ({
  title: t("Nearest to {token}, by direction", { token: quotedToken(entry.text) }), heads: [t("id"), t("token"), t("cosine")],
  rows: near.map(({ id, text, cosine }) => [String(id), visibleToken(text), cosineOf(answer, origin, id, fixed(cosine, 3))]),
});
