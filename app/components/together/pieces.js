/** A long answer of the server in pieces: each is told as it comes, until nothing is left. A newer question ends it. */
import { apiAddress } from "../kit/address.js";
import { fetchAnswer } from "../kit/ask.js";
import { t } from "../kit/words.js";

/** Only what was chosen travels: a value that is null or "" is left out. */
const chosen = (values) => Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null && value !== undefined && value !== ""));

/** createPieces({base, run, question, received(answer, whetherFirst), failed(sentence), waiting(whether)}) -> {ask(values), stop()} */
export function createPieces({ base, run, question, received, failed, waiting = () => {} }) {
  let control = null;

  async function ask(values) {
    control?.abort();
    const mine = new AbortController();
    control = mine;
    waiting(true);
    try {
      let have = 0;
      let answer = null;
      do {
        answer = await fetchAnswer(apiAddress(base, `generate/ask/${question}`, { run, ...chosen(values), have }), { cache: "no-store", signal: mine.signal });
        if (control !== mine) return;
        received(answer, have === 0);
        have += answer.rows.length;
      } while (answer.left);
    } catch (error) {
      if (control !== mine || error.name === "AbortError") return;
      failed(error.refused ? error.message : t("The server does not answer. Try again."));
    }
    if (control === mine) waiting(false);
  }
  return {
    ask,
    stop() {
      control?.abort();
      control = null;
      waiting(false);
    },
  };
}
