/** The section "A sentence": its probability as a product over its tokens, as stairs of logarithms, beside another's. */
import { apiAddress } from "../kit/address.js";
import { createAsking, fetchAnswer } from "../kit/ask.js";
import { createNumbers } from "../inside/numbers.js";
import { element } from "../kit/dom.js";
import { fixed } from "../kit/format.js";
import { live, mountForRun } from "../kit/mount.js";
import { createStore } from "../kit/store.js";
import { readPalette } from "../kit/theme.js";
import { quotedToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { createChips, placeIn } from "./chips.js";
import { createForm } from "./form.js";
import { power, running } from "./maths.js";
import { createPlayer } from "./player.js";
import { createStairs } from "./stairs.js";
import { createTable } from "./table.js";
import { createVerdict } from "./verdict.js";
import { createWorking } from "./working.js";

const TELL_AFTER = 400; // milliseconds of rest

export default mountForRun(start);

function start(root, data, setState) {
  let texts = { A: data.text ?? "", B: data.other ?? "" };
  let step = data.at ?? null; // of the model that reads; null: the newest
  let timer = 0;
  const store = createStore({ A: null, B: null, at: Infinity, hovered: null, active: "A", playing: false, palette: readPalette(root), width: 0 }, { name: "sequence" });
  const form = createForm({
    onAsk(next) { texts = next; store.set({ at: Infinity, hovered: null, playing: false }); ask(); },
    onStep(next) { step = next; ask(); },
  });
  const stage = element("div", { class: "stage", role: "slider", tabindex: "0", aria: { label: t("The sentence, token by token"), valuemin: "1" } }, createStairs(store));
  const player = createPlayer(store, stage);
  const origin = createNumbers({ base: data.base, run: () => data.run, palette: () => readPalette(root) });
  store.watch(["A", "B", "at", "active"], origin.close); // that number is no longer in view
  const [verdict, working] = [createVerdict(store, origin), createWorking(store, origin)];
  const body = element("div", { class: "sequence-body", hidden: true }, createChips(store, "A"), createChips(store, "B"), player.bar, stage, element("div", { class: "sequence-working" }, element("div", { class: "left-column" }, working.equations, verdict.words, verdict.table), working.table));
  root.replaceChildren(element("section", { class: "panel quiet", aria: { label: t("The probability of a sentence") } },
    element("div", { class: "panel-heading" }, element("h2", { text: t("The probability of a sentence") }),
      element("span", { class: "unit", text: t("each token’s probability after all before it, multiplied") })), form.box, body), createTable(store, origin), ...origin.foot);
  store.watch(["A", "B", "at", "hovered", "active"], (state) => tellStage(stage, state));

  const asking = createAsking({
    send: ({ A, B, at }, signal) => Promise.all([[A, 0], [B, 1]].map(([text, turned]) => fetchAnswer(
      apiAddress(data.base, "loss/ask/sequence", { run: data.run, text, turned, ...(at === null ? {} : { step: at }) }), { cache: "no-store", signal }))),
    waiting: (busy) => form.busy(busy),
    failed: (problem) => form.say([], problem),
    answered([A, B], question) {
      body.hidden = false;
      store.set({ A, B: question.A && !question.B ? null : B, active: "A" });
      form.fill("A", A.text);
      if (!question.A || question.B) form.fill("B", B.text);
      form.say(question.A && !question.B ? [A] : [A, B], "");
      clearTimeout(timer);
      timer = setTimeout(() => setState("view", { run: data.run, text: texts.A || null, other: texts.B || null, at: step }), TELL_AFTER);
    },
  });
  function ask() { asking.ask({ ...texts, at: step }); }
  ask();
  fetch(apiAddress(data.base, "checkpoints", { run: data.run }), { cache: "no-store" }).then(async (response) => {
    if (response.ok) form.offer((await response.json()).steps, step ?? Infinity);
  }, () => {}); // without an answer there is no choice; the newest model reads
  return live(root, store, { run: data.run, stops: [() => clearTimeout(timer), asking.dispose, origin.stop, player.dispose] });
}

/** Where one stands, for who hears the page. */
function tellStage(stage, state) {
  const answer = state[state.active] ?? state.A;
  if (!answer) return;
  const place = placeIn(answer, state);
  stage.setAttribute("aria-valuenow", String(place + 1));
  stage.setAttribute("aria-valuemax", String(answer.tokens.length));
  const log = running(answer.logs)[place];
  const words = { name: state.active, token: quotedToken(answer.tokens[place]), own: place ? fixed(Math.exp(answer.logs[place]), 3) : "", sum: fixed(log), product: power(log) };
  stage.setAttribute("aria-valuetext", place ? t("sentence {name}, {token}: {own}; product {product}, sum of ln {sum}", words) : t("sentence {name}, {token}: given", words));
}
