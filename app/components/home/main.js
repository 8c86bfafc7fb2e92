/** Home: the film of a finished run, one primary button, one's own runs to go on with, and the path. */
import { element, iconButton, isTyping, prefersReducedMotion, setText } from "../kit/dom.js";
import { mount } from "../kit/mount.js";
import { readPalette } from "../kit/theme.js";
import { t } from "../kit/words.js";
import { createFilm, createFilmTable } from "./film.js";
import { createStations, pageLink } from "./stations.js";
import { factsOf, stateWords } from "./words.js";

const SECONDS = 12;
const LARGE = 1.35;
const PATIENCE = 8000; // milliseconds after which a button that led nowhere may be pressed again

function build(root, { data, wish }) {
  const page = element("div", { class: "home" });
  root.append(page);
  const onGo = (link) => wish("go", link);
  const addressOf = (name, run) => {
    const query = new URLSearchParams({ ...(data.language !== "en" && { lang: data.language }), ...(run && { run }) }).toString();
    return `${data.base ? `/${data.base}` : ""}/${name}${query && "?"}${query}`;
  };
  const start = createStart(data.runs.length > 0, () => wish("train", true));
  const player = data.film ? createPlayer(data.film, start) : null;
  page.append(player?.node ?? createEmpty(start));
  const continued = element("div", {});
  page.append(continued, element("h2", { class: "section-title", text: t("Take it apart, station by station") }),
    createStations({ stations: data.stations, addressOf, onGo }));

  function update(next) {
    data = next;
    start.ready(data.runs.length > 0);
    continued.replaceChildren(...createContinued(data.runs, addressOf, onGo));
    player?.restyle(readPalette(root), data.large ? LARGE : 1);
  }
  update(data);
  return {
    update,
    themeChanged: () => player?.restyle(readPalette(root), data.large ? LARGE : 1),
    dispose: () => player?.stop(),
  };
}

/** The one primary button. */
function createStart(hasRuns, onStart) {
  const button = element("button", { type: "button", class: "button primary start" });
  const words = (has) => (has ? t("Train another model") : t("Train your first model"));
  let timer = 0;
  const ready = (has) => {
    clearTimeout(timer);
    button.disabled = false;
    setText(button, words(has));
  };
  button.addEventListener("click", () => {
    button.disabled = true;
    setText(button, t("Starting …"));
    timer = setTimeout(() => ready(hasRuns), PATIENCE);
    onStart();
  });
  ready(hasRuns);
  return { button, ready };
}

function createEmpty(start) {
  return element("section", { class: "panel hero" },
    element("p", { class: "caption", text: t("No finished run came with this installation. Train one here: the smallest takes a minute or two, and you watch it learn.") }),
    element("div", { class: "hero-actions" }, start.button));
}

/** The film with its caption and buttons. It plays once and rests on the finished curve. */
function createPlayer(run, start) {
  const caption = element("p", { class: "caption", "aria-live": "off" });
  const film = createFilm(run, (words) => setText(caption, words));
  const play = iconButton({ icon: "pause", text: t("Pause"), onClick: () => (frame ? rest() : go()) });
  const node = element("div", {},
    element("section", { class: "panel hero", aria: { label: t("A finished run, playing") } }, film.node,
      element("div", { class: "hero-foot" }, caption, element("div", { class: "hero-actions" }, start.button, play.button))),
    element("p", { class: "note facts", text: factsOf(run, SECONDS) }), createFilmTable(run));
  let [frame, share, last] = [0, 0, 0];

  function loop(now) {
    share = Math.min(1, share + Math.max(0, now - last) / (SECONDS * 1000));
    last = now;
    film.seek(share);
    if (share < 1) frame = requestAnimationFrame(loop);
    else rest();
  }
  function go() {
    if (share >= 1) share = 0;
    last = performance.now();
    frame = requestAnimationFrame(loop);
    play.show("pause", t("Pause"));
  }
  function rest() {
    cancelAnimationFrame(frame);
    frame = 0;
    if (share >= 1) play.show("again", t("Play again"));
    else play.show("play", t("Play"));
  }
  const onKey = (event) => {
    const target = event.composedPath()[0];
    if (event.key !== " " || isTyping(event) || event.defaultPrevented || target.closest?.("button, summary, a, [role=button], [role=tab], [role=radio]")) return;
    event.preventDefault();
    play.button.click();
  };
  document.addEventListener("keydown", onKey);

  // A reader who asked for calm gets the finished picture and may press Play.
  if (prefersReducedMotion()) {
    share = 1;
    film.seek(1);
    rest();
  } else go();
  return {
    node, restyle: film.restyle,
    stop() {
      cancelAnimationFrame(frame);
      film.stop();
      document.removeEventListener("keydown", onKey);
    },
  };
}

/** One's own newest runs, each a link to where it is watched. */
function createContinued(runs, addressOf, onGo) {
  if (!runs.length) return [];
  const items = runs.map((run) => {
    const bar = element("span", { class: "progress-done" });
    bar.style.width = `${(100 * run.step) / Math.max(1, run.steps)}%`;
    return element("li", {}, pageLink({ class: "own-run" }, { href: addressOf("train", run.id), go: () => onGo({ page: "train", run: run.id }) },
      element("span", { class: "own-name", text: run.name }), element("span", { class: "note", text: stateWords(run) }),
      element("span", { class: "progress", aria: { hidden: "true" } }, bar)));
  });
  return [element("h2", { class: "section-title", text: t("Continue") }), element("ul", { class: "own-runs" }, items)];
}

export default mount(build);
