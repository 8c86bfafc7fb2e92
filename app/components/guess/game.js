/** The rules of the game: chips on tokens are a distribution, and its surprise at the truth is the score. */

export const CHIPS = 20;

export const placed = (chips) => Object.values(chips).reduce((sum, count) => sum + count, 0);

/** q(token): each chip is 1/20; those not placed, at least one, are spread evenly over the whole vocabulary. */
export const shareOf = (chips, token, vocabulary) => ((chips[token] ?? 0) + (CHIPS - placed(chips)) / vocabulary) / CHIPS;

/** Put `count` chips on a token; one chip always stays for all tokens, so that none has probability 0. */
export function withChips(chips, token, count) {
  const { [token]: before = 0, ...others } = chips;
  const most = CHIPS - 1 - placed(others);
  const wanted = Math.max(0, Math.min(most, count));
  return wanted ? { ...chips, [token]: wanted } : others;
}

export const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The game of a run as this browser keeps it; without storage it lasts as long as the page. */
export function openGame(run) {
  const key = `tokenarium guess ${run}`;
  const fresh = { turn: 0, number: 0, rounds: [] };
  let kept = null;
  try {
    kept = JSON.parse(localStorage.getItem(key));
  } catch { /* no storage, or not ours */ }
  const game = Array.isArray(kept?.rounds) && Number.isInteger(kept.turn) && Number.isInteger(kept.number) ? kept : fresh;
  const keep = (next) => {
    try {
      localStorage.setItem(key, JSON.stringify(next));
    } catch { /* no storage */ }
    return next;
  };
  return { game, keep, fresh };
}
