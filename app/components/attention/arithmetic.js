/** The arithmetic of one cell: from two rows of numbers to one weight, a step at a time. */
import { animate, disable, element, iconButton, setText } from "../kit/dom.js";
import { quotedToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { createEquation } from "./equation.js";
import { createLadder, scoreBands, weightBand } from "./ladder.js";
import { headName } from "./names.js";
import { figure, headNumber, pathNumber } from "./origins.js";
import { createPath } from "./path.js";
import { storedRow } from "./payload.js";
import { workOutCell } from "./softmax.js";
import { createStrips } from "./strips.js";

const PAUSE = 900;
export const LAST_STEP = 8;

/** The panel's steps, in the order of `Attention._written_out`. */
function steps(causal) {
  return [
    { label: t("two rows"), say: t("The looking token has a query row q, the token looked at has a key row k. What they went through is below."), time: 250 },
    { label: t("multiply"), say: t("Multiply them number by number. Like signs give plus (blue), unlike signs minus (rust)."), time: 1100 },
    { label: t("add"), say: t("Add the products: how well does what is sought fit what is offered?"), time: 1400 },
    { label: t("÷ √d"), say: t("Divide by √d, so that longer rows do not give larger scores."), time: 250 },
    { label: t("all keys"), say: t("The same for every token, later ones too: one row of scores."), time: 700 },
    { label: t("+ mask"), say: causal ? t("Add the mask: 0 for itself and all before, −∞ for what comes later. No token may look at what it has to guess.") : t("This run has no mask: every score stays."), time: 500 },
    { label: t("exp"), say: t("e to the power of each score: all positive, and large ones grow most."), time: 700 },
    { label: t("sum"), say: t("Add them up."), time: 250 },
    { label: t("divide"), say: t("Divide by the sum: the weights of a row add up to 1."), time: 700 },
  ];
}

export function createArithmetic(film, store, { lockQuery, origin }) {
  const STEPS = steps(film.causal);
  const subject = element("p", { class: "muted", aria: { live: "polite" } });
  const say = element("p", { class: "say" });
  const play = iconButton({ class: "button round primary", icon: "play", text: t("Play the steps"), onClick: togglePlay });
  const back = iconButton({ class: "button round", icon: "back", text: t("One step back"), onClick: () => goTo(store.state.arithmeticStep - 1) });
  const forward = iconButton({ class: "button round", icon: "step", text: t("One step on"), onClick: () => goTo(store.state.arithmeticStep + 1) });
  const stepButtons = STEPS.map(({ label }, step) => element("button", { type: "button", text: label, on: { click: () => goTo(step) } }));
  const keyInView = ({ query, key }) => (film.causal ? Math.min(key ?? query, query) : key ?? query);
  const strips = createStrips((node, tensor, index) => origin.attach(node, () => {
    const { state } = store;
    if (!state.vectors?.parts) return null;
    return tensor === "product" ? headNumber(film, state, state.vectors.scaled ? "products" : "scores", state.query, keyInView(state))
      : headNumber(film, state, tensor, tensor === "q" ? state.query : keyInView(state), index);
  }));
  const path = createPath((node, letter, stage, index) => origin.attach(node, () => pathNumber(film, store.state, letter, stage, letter === "q" ? store.state.query : keyInView(store.state), index)));
  const equation = createEquation({ number: (text, tensor, key) => figure(origin, text, headNumber(film, store.state, tensor, store.state.query, key)) });
  const ladder = createLadder(film, (key) => lockQuery(store.state.query, key));
  const ladderBox = element("div", { class: "ladder-box" }, ladder.canvas);
  const notice = element("p", { class: "missing muted" });
  const panel = element("section", { class: "panel arithmetic", aria: { label: t("The arithmetic of one cell") } },
    element("div", { class: "panel-heading" },
      element("div", {}, element("h2", { text: t("The arithmetic of one cell") }), subject),
      element("span", { class: "spacer" }), element("div", { class: "transport" }, back.button, play.button, forward.button)),
    element("div", { class: "steps", role: "group", aria: { label: t("Steps") } }, ...stepButtons), element("div", { class: "loading" }), say, notice,
    element("div", { class: "workings" }, element("div", { class: "dot" }, strips.box, path.details), ladderBox, equation.box));
  let stopStep = () => {};
  let timer = 0;

  function goTo(step) {
    pause();
    startStep(step);
  }

  function startStep(step) {
    const target = Math.max(0, Math.min(LAST_STEP, step));
    const ahead = target > store.state.arithmeticStep;
    stopStep();
    store.set({ arithmeticStep: target, arithmeticPart: ahead ? 0 : 1 });
    if (ahead) stopStep = animate(STEPS[target].time, (part) => store.set({ arithmeticPart: part }));
  }

  function togglePlay() {
    if (store.state.arithmeticPlaying) { pause(); return; }
    if (store.state.arithmeticStep === LAST_STEP) store.set({ arithmeticStep: 0, arithmeticPart: 1 });
    store.set({ arithmeticPlaying: true });
    timer = setTimeout(playNext, PAUSE);
  }

  function playNext() {
    if (store.state.arithmeticStep === LAST_STEP) { pause(); return; }
    startStep(store.state.arithmeticStep + 1);
    timer = setTimeout(playNext, STEPS[store.state.arithmeticStep].time + PAUSE);
  }

  function pause() {
    clearTimeout(timer);
    store.set({ arithmeticPlaying: false });
  }

  function draw(state) {
    if (!state.palette) return;
    drawTransport(state);
    ladderBox.hidden = state.query === null;
    if (state.query === null) { drawNothing(); return; }
    const key = keyInView(state);
    const [query, tokens] = [state.query, film.tokens];
    setText(subject, t("Head {head}: {token} at {position} looks at {target} at {place}.",
      { head: headName(state.locked), token: quotedToken(tokens[query]), position: query + 1, target: quotedToken(tokens[key]), place: key + 1 }));
    // While the numbers of another moment are on their way, those on screen stay: the page must not jump.
    if (state.vectors === "waiting") return;
    panel.classList.toggle("weights-only", state.vectors === null);
    if (state.vectors === null) drawWeightsOnly(state, key);
    else drawWorkings(state, key);
  }

  function drawTransport(state) {
    stepButtons.forEach((button, step) => {
      button.classList.toggle("done", step <= state.arithmeticStep);
      if (step === state.arithmeticStep) button.setAttribute("aria-current", "step");
      else button.removeAttribute("aria-current");
    });
    play.show(state.arithmeticPlaying ? "pause" : "play", state.arithmeticPlaying ? t("Pause the steps") : t("Play the steps"));
    disable(back.button, state.arithmeticStep === 0, stepButtons[state.arithmeticStep]);
    disable(forward.button, state.arithmeticStep === LAST_STEP, stepButtons[state.arithmeticStep]);
    const unscaled = STEPS[state.arithmeticStep].label === t("÷ √d") && state.vectors?.scaled === false;
    setText(say, unscaled ? t("This run does not divide by √d: the score is the sum as it is.") : STEPS[state.arithmeticStep].say);
  }

  function drawNothing() {
    panel.classList.add("weights-only");
    setText(subject, t("No token is locked."));
    setText(notice, t("Click a token to see its weights."));
  }

  function drawWeightsOnly(state, key) {
    setText(notice, t("q and k were not kept at this moment, so only the weights are known."));
    const weights = [...storedRow(film, state.selected, state.locked, state.query)];
    ladder.draw({ bands: [weightBand(weights)], key, keys: weights.length, pickable: weights.length, width: ladderBox.clientWidth, palette: state.palette });
  }

  function drawWorkings(state, key) {
    const work = workOutCell(state.vectors, state.query, key);
    const reach = (step) => (state.arithmeticStep > step ? 1 : state.arithmeticStep === step ? state.arithmeticPart : 0);
    strips.draw(work, reach, state.palette);
    path.draw(state, key);
    const bands = scoreBands(work, [reach(4), reach(6), reach(8)], reach(5));
    ladder.draw({ bands, key, keys: work.allScores.length, pickable: work.scores.length, width: ladderBox.clientWidth, palette: state.palette });
    equation.draw(work, reach, key, storedRow(film, state.selected, state.locked, state.query)[key]);
  }

  store.watch(["locked", "query", "key", "selected", "vectors", "palette", "width", "arithmeticStep", "arithmeticPart", "arithmeticPlaying"], draw);
  return { panel, dispose() { pause(); stopStep(); } };
}
