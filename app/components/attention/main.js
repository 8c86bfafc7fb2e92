/** The Attention page: a run's kept moments, or a sentence of one's own, as one linked picture that may be left and linked to. */
import { element, setText } from "../kit/dom.js";
import { mount } from "../kit/mount.js";
import { readPalette } from "../kit/theme.js";
import { t } from "../kit/words.js";
import { createAsked } from "../inside/asked.js";
import { createAsker } from "../probing/ask.js";
import { tellInView } from "../probing/follow.js";
import { createExplorer } from "./explorer.js";
import { createOwn } from "./own.js";
import { evidenceNames } from "./names.js";
import { createFilm, extendFilm } from "./payload.js";
import { askSentence, createOthers, createRandom, createVectors, followRun } from "./source.js";
import { viewOf } from "./view.js";

const TELL_AFTER = 400; // milliseconds of rest before Python hears of a new moment
const WRITTEN = 24; // tokens that the model writes on when asked

export default mount(build);

function build(root, { data, setState }) {
  const notice = element("p", { class: "notice", role: "status", hidden: true });
  const frame = element("div", { class: "waiting" }, element("div", { class: "loading" }), element("p", { class: "muted" }));
  const place = element("div");
  const own = createOwn({
    onAsk: (words) => ask(words, stepInView()), onBack: showRun,
    onWrite: (words) => ask(words || explorer?.film.tokens.join("") || "", stepInView(), { write: WRITTEN }),
    onLayers: (first) => ask(text, stepInView(), { write, first }),
  });
  const origin = createNumbers();
  root.replaceChildren(own.box, notice, frame, place, origin.panel);

  let { run, base } = data;
  let wanted = { layer: data.layer, head: data.head, query: data.query, combine: data.combine, against: data.against }; // where the next picture begins
  let wantedStep = data.at; // the moment of a link, until it has come in
  let film = null; // of the run's own sentence; it goes on growing while another sentence is in view
  let lastStep = 0;
  let text = ""; // the sentence of one's own in view
  let write = 0; // tokens of it that the model was asked to write on
  let [random, others] = questions();
  let explorer = null;
  let source = null;
  let asking = null;
  let timer = 0;
  let told = null; // the view that Python knows; null until there is one

  const refresh = () => requestAnimationFrame(() => {
    explorer?.store.set({ palette: readPalette(root), width: root.clientWidth });
  });
  const resized = new ResizeObserver(() => explorer?.store.set({ width: root.clientWidth }));
  resized.observe(root);
  follow();
  if (data.text) ask(data.text, data.at, { write: data.write ?? 0 });

  /** Numbers of the picture that are asked where they come from; of the model that the moment in view had. */
  function createNumbers() {
    let asker = null; // of the run in view
    const ask = (values) => {
      if (asker?.run !== run) asker = { run, ...createAsker({ base, run }) };
      const at = text ? explorer.film.writer ?? -1 : -1;
      const versus = values.versus?.startsWith(":") ? `${run}${values.versus}` : values.versus ?? "";
      return asker.ask("number", { ...values, of: "film", text, write, writer: at, versus });
    };
    const about = () => ({ tokens: explorer?.film.tokens, heads: explorer?.film.heads, evidence: evidenceNames() });
    return createAsked({ ask, palette: () => readPalette(root), about });
  }

  function questions() {
    return [createRandom({ base, run }), createOthers({ base, run, filmOf: () => explorer.film, textOf: () => text })];
  }

  function follow() {
    showWaiting(t("Loading the moments of this run …"));
    source = followRun({ base, run, receive, failed: (count) => sayTrouble(count > 1 ? t("The server does not answer. Trying again …") : "") });
  }

  function receive(header, moments) {
    sayTrouble(troubleOf(header));
    lastStep = header.lastStep;
    if (!film && !moments.length) {
      if (!text) showWaiting(header.over ? t("This run ended before its first moment was kept.") : t("The first moment arrives with step 0."), !header.over);
      return;
    }
    film ??= createFilm(header);
    const fresh = extendFilm(film, moments);
    if (text) return;
    if (!explorer) show(film, { lastStep, vectorsOf: createVectors({ base, run }) });
    else if (fresh.length) explorer.add(fresh, lastStep);
    if (wantedStep !== null && wantedStep !== undefined && !header.more) {
      explorer.goTo(wantedStep);
      wantedStep = null;
    }
  }

  function troubleOf({ state, message }) {
    return state === "failed" ? t("This run failed. {message}", { message: message ? t(message) : "" }).trim() : "";
  }

  function sayTrouble(words) {
    notice.hidden = !words;
    setText(notice, words);
  }

  function showWaiting(words, moving = true) {
    frame.hidden = false;
    frame.firstChild.hidden = !moving;
    setText(frame.lastChild, words);
  }

  /** Put a film on screen, keeping what the one before was set to. */
  function show(next, { lastStep: end, vectorsOf }) {
    const before = explorer?.store.state;
    const settings = before ? { scale: before.scale, hideSink: before.hideSink, combine: before.combine } : {};
    const view = before ? { layer: before.locked.layer + 1, head: before.locked.head + 1 } : wanted;
    explorer?.dispose();
    frame.hidden = true;
    explorer = createExplorer({ film: next, lastStep: end, view, settings, vectorsOf, changed: tell, random, others, code: data.code, origin });
    explorer.store.watch(["selected", "locked", "combine", "against"], () => origin.close());
    place.replaceChildren(explorer.node);
    told ??= JSON.stringify(viewOf(run, text, write, explorer.store.state)); // what the address says by itself
    refresh();
  }

  /** The moment that is looked at; null while the newest is followed. */
  function stepInView() {
    const { follows = true, points = [], selected } = explorer?.store.state ?? {};
    return follows ? null : points[selected]?.step ?? null;
  }

  /** Own sentences are worked out anew, so at the steps whose models are kept: the nearest one to the moment in view. */
  async function ask(words, step = null, { write: more = 0, first = 0 } = {}) {
    asking?.abort();
    const mine = (asking = new AbortController());
    own.show({ busy: true, own: text || null });
    try {
      const answer = await askSentence({ base, run, text: words, step, write: more, first, signal: mine.signal });
      if (mine !== asking) return;
      if (answer.error) {
        if (!explorer) showWaiting(answer.error, false);
        own.show({ error: answer.error, own: text || null });
        return;
      }
      const sentence = createFilm(answer.header);
      extendFilm(sentence, answer.moments);
      sentence.writer = answer.header.at;
      [text, write] = [words, more];
      const { at, notes } = answer.header;
      show(sentence, { lastStep: answer.header.lastStep, vectorsOf: createVectors({ base, run, text: words, write, at }) });
      if (step !== null) explorer.goTo(at);
      const { store } = explorer;
      store.watch(["selected"], ({ points, selected }) => {
        const seen = points[selected].step;
        own.show({ own: words, notes, step: seen, wanted: seen === at ? step : null, film: sentence });
      });
      tell(store.state);
    } catch (error) {
      if (error.name !== "AbortError") own.show({ error: t("The server does not answer. Try again."), own: text || null });
    }
  }

  function showRun() {
    asking?.abort();
    asking = null;
    [text, write] = ["", 0];
    own.field.value = "";
    own.show({});
    if (film) {
      show(film, { lastStep, vectorsOf: createVectors({ base, run }) });
      tell(explorer.store.state);
    } else {
      explorer?.dispose();
      explorer = null;
      showWaiting(t("The first moment arrives with step 0."));
    }
  }

  /** What is locked goes to Python, for the address; a passing moment only once it rests. */
  function tell(state, { soon = false } = {}) {
    clearTimeout(timer);
    const say = () => {
      tellInView({ run, text: write ? explorer.film.tokens.join("") : text, step: stepInView() });
      const view = JSON.stringify(viewOf(run, text, write, state));
      if (view === told) return;
      told = view;
      setState("view", JSON.parse(view));
    };
    timer = setTimeout(say, soon ? TELL_AFTER : 0);
  }

  function clear() {
    clearTimeout(timer);
    asking?.abort();
    source?.stop();
    explorer?.dispose();
    [explorer, film, asking, text, write, told] = [null, null, null, "", 0, ""];
    own.field.value = "";
    own.show({});
  }

  return {
    themeChanged: refresh,
    update(next) {
      if (next.run !== run) {
        const before = explorer?.store.state;
        wanted = before ? { layer: before.locked.layer + 1, head: before.locked.head + 1 } : {};
        wantedStep = null;
        clear();
        ({ run, base } = next);
        [random, others] = questions();
        follow();
      }
      refresh();
    },
    dispose() {
      clear();
      resized.disconnect();
    },
  };
}
