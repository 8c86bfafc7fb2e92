/** The section "Guess": the next token of a text that the model never saw, guessed, revealed, and put on the ladder. */
import { apiAddress } from "../kit/address.js";
import { createAsking, fetchAnswer } from "../kit/ask.js";
import { element, setText } from "../kit/dom.js";
import { live, mountForRun } from "../kit/mount.js";
import { createStore } from "../kit/store.js";
import { readPalette } from "../kit/theme.js";
import { t } from "../kit/words.js";
import { createForm } from "./form.js";
import { keep, recall } from "./memory.js";
import { createPassage } from "./passage.js";
import { createStanding } from "./standing.js";
import { createVerdict } from "./verdict.js";

export default mountForRun(start);

function start(root, data) {
  const store = createStore({ place: null, asking: false, palette: readPalette(root), width: 0, ...recall(data.run) }, { name: "guess" });
  const form = createForm(store, {
    onType: (typed) => asking.ask({ name: "first", typed }),
    onReveal: () => asking.ask({ name: "reveal", guess: store.state.named.map(({ id, percent }) => `${id}.${percent}`).join(",") }),
  });
  const verdict = createVerdict(store, { onNext: () => goOn(store.state.rounds) });
  const problem = element("p", { class: "problem", role: "alert" });
  const about = element("span", { class: "unit" });
  const body = element("div", { class: "guess-body", hidden: true },
    element("div", { class: "play" }, createPassage(store), form.form, verdict.box), createStanding(store, { onAnew: () => goOn([]) }));
  root.replaceChildren(element("section", { class: "panel", aria: { label: t("Guess the next token") }, on: { keydown: (event) => event.stopPropagation() } },
    element("div", { class: "panel-heading" }, element("h2", { text: t("Guess the next token") }), about), problem, body));

  const answers = {
    guess(place) {
      body.hidden = false;
      setText(about, t("from “{title}”, a part that the model did not train on. You and the model see the same {count} tokens.", { title: place.title, count: place.before.length }));
      store.set({ place });
    },
    first({ tokens: [token, other] }) {
      form.name(token, other);
      form.clear();
    },
    reveal(revealed) {
      store.set({ revealed, rounds: [...store.state.rounds, { came: revealed.came[1], logs: revealed.logs }] });
      store.drawNow();
      verdict.next.focus();
    },
  };
  /** Two queues: of each the newest question counts, and a guess must not take the place of the place. */
  const createQueue = (waiting) => createAsking({
    send: ({ name, ...values }, signal) => fetchAnswer(apiAddress(data.base, `loss/ask/${name}`, { run: data.run, turn: store.state.turn, ...values }), { cache: "no-store", signal }),
    waiting,
    failed: (words) => setText(problem, words),
    answered(values, { name }) {
      setText(problem, "");
      answers[name](values);
    },
  });
  const placing = createQueue(() => {});
  const asking = createQueue((busy) => store.set({ asking: busy }));

  /** The next place, with these rounds behind one; anew too, as the answer here is known. */
  function goOn(rounds) {
    store.set({ turn: store.state.turn + 1, named: [], revealed: null, rounds });
    store.drawNow();
    form.clear();
    form.field.focus();
    placing.ask({ name: "guess" });
  }
  store.watch(["revealed"], ({ revealed }) => { form.form.hidden = Boolean(revealed); });
  store.watch(["turn", "named", "revealed", "rounds"], (state) => keep(data.run, state));

  placing.ask({ name: "guess" });
  return live(root, store, { run: data.run, stops: [placing.dispose, asking.dispose] });
}
