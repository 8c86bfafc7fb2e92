/** The token embeddings on a plane: each token where the model has put it at the chosen moment. */
import { element, setText, shape } from "../kit/dom.js";
import { apiAddress } from "../kit/address.js";
import { percent } from "../kit/format.js";
import { quotedToken, visibleToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";

const NARROWEST = 260;
const SHAPE = 0.62; // height over width
const MARGIN = 16;
const NEIGHBOURS = 3;
const RETRY = 4000;
const CROWD = 100; // more tokens than this are written smaller
const CAPITAL = 0.5; // height of a letter, of its line

/** The moment of the map at a step: the last one that is not later. */
export function momentAt(steps, step) {
  let found = 0;
  steps.forEach((each, place) => { if (each <= step) found = place; });
  return found;
}

/** The tokens nearest to one on the map, nearest first. */
export function neighbours({ x, y }, moment, token, count = NEIGHBOURS) {
  const distance = (other) => Math.hypot(x[moment][other] - x[moment][token], y[moment][other] - y[moment][token]);
  return x[moment].map((_, other) => other).filter((other) => other !== token).sort((a, b) => distance(a) - distance(b)).slice(0, count);
}

/** `linked` ties the map to another picture: {load() -> the map, chosen() -> a place, near() -> places, onChoose(place)}. */
export function createTokenMap(store, { base, runId, linked = null }) {
  const plane = shape("svg", { class: "token-plane", role: "listbox", "aria-label": t("Map of the tokens. Arrow keys move from token to token.") });
  const caption = element("p", { class: "caption", aria: { live: "polite" } });
  const values = element("div", { class: "table-frame", tabindex: "0" });
  const table = element("details", { class: "values", ontoggle: () => draw(store.state) }, element("summary", { text: t("The map as a table") }), values);
  const node = element("section", { aria: { label: t("Map of the tokens") } },
    element("div", { class: "panel-heading" }, element("h3", { text: t("Map of the tokens") })), plane, caption, table);
  let map = null;
  let marks = [];
  let focus = null; // the token that is asked about
  let asked = null; // the newest moment that the map was asked for with
  let timer = 0;
  let gone = false;

  async function fetchMap() {
    const response = await fetch(apiAddress(base, "embedding", { run: runId }), { cache: "no-store" });
    return response.ok ? response.json() : null;
  }

  async function load(newest) {
    asked = newest;
    try {
      const answer = await (linked ? linked.load() : fetchMap());
      if (gone || asked !== newest || !answer) return;
      map = answer;
      build();
      draw(store.state);
    } catch {
      clearTimeout(timer);
      timer = setTimeout(() => { asked = null; draw(store.state); }, RETRY);
    }
  }

  /** Marks stay while only places change, so that they move. */
  function build() {
    node.hidden = map.steps.length === 0;
    if (marks.length === map.tokens.length && marks.every((mark, at) => mark.textContent === visibleToken(map.tokens[at]))) return;
    focus = linked ? linked.chosen() : null;
    marks = map.tokens.map((token, at) => shape("text", {
      class: "token-mark", role: "option", tabindex: at === (focus ?? 0) ? "0" : "-1", text: visibleToken(token), "aria-label": quotedToken(token),
      onfocus: () => point(at), onclick: () => point(at), onpointerenter: () => { if (!linked) show(at); },
    }));
    plane.replaceChildren(...marks);
    plane.classList.toggle("dense", marks.length > CROWD);
  }

  function point(at) {
    show(at);
    linked?.onChoose(at);
  }

  function show(at) {
    focus = at;
    marks.forEach((mark, place) => { mark.tabIndex = place === (at ?? 0) ? 0 : -1; });
    draw(store.state);
  }

  plane.addEventListener("keydown", (event) => {
    const shift = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!shift || !marks.length) return;
    event.preventDefault();
    event.stopPropagation();
    marks[((focus ?? 0) + shift + marks.length) % marks.length].focus();
  });

  function draw({ insideOpen, points, selected }) {
    if (!insideOpen || gone || !points.length) return;
    const newest = points.at(-1).step;
    if (asked !== newest) load(newest);
    if (!map?.steps.length) return;
    const moment = momentAt(map.steps, points[selected].step);
    const place = scaleOf(map, fitPlane(plane));
    const spots = map.tokens.map((_, at) => ({ x: place.x(map.x[moment][at]), y: place.y(map.y[moment][at]) }));
    marks.forEach((mark, at) => { mark.style.transform = `translate(${spots[at].x.toFixed(1)}px, ${spots[at].y.toFixed(1)}px)`; });
    const near = linked ? linked.near() : focus === null ? [] : neighbours(map, moment, focus);
    marks.forEach((mark, at) => {
      mark.classList.toggle("focused", at === focus);
      mark.classList.toggle("near", near.includes(at));
      mark.setAttribute("aria-selected", String(at === focus));
    });
    const front = inFront(marks, spots, [...(focus === null ? [] : [focus]), ...near]);
    marks.forEach((mark, at) => mark.classList.toggle("behind", !front.has(at)));
    setText(caption, words(map, moment, linked ? null : focus, near));
    if (table.open) values.replaceChildren(tableOf(map, moment));
  }

  store.watch(["insideOpen", "points", "selected", "size"], draw);
  return { node, show, stop: () => { gone = true; clearTimeout(timer); } };
}

/** The drawing is as wide as its place, so that letters keep their size on a narrow screen. */
function fitPlane(plane) {
  const width = Math.max(NARROWEST, Math.round(plane.clientWidth));
  const height = Math.round(width * SHAPE);
  plane.setAttribute("viewBox", `0 0 ${width} ${height}`);
  return { width, height };
}

/** The labels that no other one covers: those that are spoken of first, then the more frequent. */
function inFront(marks, spots, first) {
  const order = [...first, ...marks.keys()];
  const sizes = marks.map((mark) => mark.getBBox());
  const front = new Set();
  for (const at of order) {
    const apart = (other) => Math.abs(spots[at].x - spots[other].x) >= (sizes[at].width + sizes[other].width) / 2
      || Math.abs(spots[at].y - spots[other].y) >= CAPITAL * Math.max(sizes[at].height, sizes[other].height);
    if ([...front].every((other) => other === at || apart(other))) front.add(at);
  }
  return front;
}

/** One scale for all moments, so that growing is seen as growing. */
function scaleOf({ x, y }, { width, height }) {
  const reach = (values) => Math.max(1e-9, ...values.flat().map(Math.abs));
  const scale = Math.min((width / 2 - MARGIN) / reach(x), (height / 2 - MARGIN) / reach(y));
  return { x: (value) => width / 2 + scale * value, y: (value) => height / 2 - scale * value };
}

function words({ tokens, share, steps, first }, moment, focus, near) {
  if (first) return t("The first {count} tokens of the vocabulary, seen from the side where their embeddings spread most: two directions, {share} of all spread.", { count: tokens.length, share: percent(share) });
  if (steps.length === 1 && steps[0] === 0) return t("The {count} most frequent tokens, seen from the side where their embeddings spread most: two directions, {share} of all spread.", { count: tokens.length, share: percent(share) });
  const about = t("The {count} most frequent tokens at step {step}, seen from the side where the newest embeddings spread most: two of their directions, {share} of all spread.", { count: tokens.length, step: steps[moment], share: percent(share) });
  if (focus === null) return about;
  return t("Nearest to {token} on this map at step {step}: {others}.", { token: quotedToken(tokens[focus]), step: steps[moment], others: near.map((at) => quotedToken(tokens[at])).join(", ") });
}

function tableOf(map, moment) {
  const heads = [t("token"), t("right"), t("up"), t("nearest")];
  const rows = map.tokens.map((token, at) => [visibleToken(token), map.x[moment][at].toFixed(2), map.y[moment][at].toFixed(2), neighbours(map, moment, at).map((other) => visibleToken(map.tokens[other])).join(" ")]);
  const cells = (kind, row) => element("tr", {}, row.map((text) => element(kind, { text })));
  return element("table", {}, element("thead", {}, cells("th", heads)), element("tbody", {}, rows.map((row) => cells("td", row))));
}
