/** Guess the next token: chips on what may come, the truth, what the model had said, and one's own line on the ladder. */
import { apiAddress } from "../kit/address.js";
import { fetchAnswer } from "../kit/ask.js";
import { element, setText } from "../kit/dom.js";
import { mount } from "../kit/mount.js";
import { createStore } from "../kit/store.js";
import { t } from "../kit/words.js";
import { createAnswer } from "./answer.js";
import { openGame, shareOf, withChips } from "./game.js";
import { createLadder } from "./ladder.js";
import { createTable } from "./table.js";

export default mount((root, { data }) => {
  let page = open(root, data);
  return {
    update(next) {
      if (next.run === page.run) return;
      page.dispose();
      page = open(root, next);
    },
    dispose: () => page.dispose(),
  };
});

function open(root, data) {
  const { game, keep, fresh } = openGame(data.run);
  const store = createStore({ game, hidden: null, words: null, chips: {}, answer: null, problem: "", busy: false }, { name: "guess" });
  const gone = new AbortController();

  async function ask(what, values) {
    try {
      const answer = await fetchAnswer(apiAddress(data.base, `loss/ask/${what}`, { run: data.run, turn: store.state.game.turn, number: store.state.game.number, ...values }), { signal: gone.signal });
      store.set({ problem: "", busy: false });
      return answer;
    } catch (error) {
      if (!gone.signal.aborted) store.set({ busy: false, problem: error.refused ? error.message : t("The server does not answer. Try again in a moment.") });
      return null;
    }
  }
  async function show() {
    const hidden = await ask("hidden", { words: store.state.words ? 0 : 1 });
    if (hidden) store.set({ hidden, words: hidden.words ?? store.state.words, chips: {}, answer: null });
  }
  const actions = {
    put(token, count) { if (!store.state.answer) store.set({ chips: withChips(store.state.chips, token, count) }); },
    async reveal() {
      const { chips, hidden, busy, answer } = store.state;
      if (busy || answer || !hidden) return;
      store.set({ busy: true });
      const found = await ask("revealed", { guessed: Object.keys(chips).join(",") });
      if (!found) return;
      const mine = -Math.log(shareOf(chips, found.truth, hidden.vocabulary));
      const theirs = -Math.log(found.rows.find(({ id }) => id === found.truth).share);
      const { game } = store.state;
      store.set({ answer: { ...found, mine, theirs }, game: keep({ ...game, number: game.number + 1, rounds: [...game.rounds, [mine, theirs]] }) });
    },
    next() { if (store.state.answer) show(); },
    passage() { move({ turn: store.state.game.turn + 1, number: 0 }); },
    restart() { move(fresh); },
  };
  function move(changes) {
    store.set({ game: keep({ ...store.state.game, ...changes }) });
    show();
  }
  const problem = element("p", { class: "notice", role: "status", hidden: true });
  store.watch(["problem"], (state) => { problem.hidden = !state.problem; setText(problem, state.problem); });
  root.replaceChildren(problem, element("div", { class: "guess" }, createTable(store, actions), element("div", { class: "guess-side" }, createAnswer(store), createLadder(store, data, actions))));
  store.redrawAll();
  show();
  return { run: data.run, dispose() { gone.abort(); store.stop(); } };
}
