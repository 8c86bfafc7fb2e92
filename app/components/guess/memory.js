/** The game of one run, kept in this tab of the browser over reruns and reloads. */

const FRESH = { turn: 0, named: [], revealed: null, rounds: [] };
const nameOf = (run) => `tokenarium:guess:${run}`;

/** {turn, named: [{id, text, percent, other}], revealed: the answer or null, rounds: [{came, logs}]} */
export function recall(run) {
  try {
    return { ...FRESH, ...JSON.parse(sessionStorage.getItem(nameOf(run)) ?? "{}") };
  } catch {
    return { ...FRESH }; // storage is switched off
  }
}

export function keep(run, { turn, named, revealed, rounds }) {
  try {
    sessionStorage.setItem(nameOf(run), JSON.stringify({ turn, named, revealed, rounds }));
  } catch {
    // storage is switched off: the game lasts as long as the page
  }
}
