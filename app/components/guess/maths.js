/** What a guess is worth. A guess is the percents of up to three named tokens; the rest goes evenly to all others. */

export const MOST = 99; // percent in all: so no token is left without a share

const sum = (values) => values.reduce((total, value) => total + value, 0);

/** Percent that is not given to a named token. */
export const leftOver = (percents) => 100 - sum(percents);

/** The share of each token that was not named. */
export const shareOfOthers = (percents, vocabulary) => leftOver(percents) / 100 / (vocabulary - percents.length);

/** One more token named: it gets most of what is left, or half of the largest where hardly anything is. */
export function withOneMore(percents) {
  const free = MOST - sum(percents);
  if (free >= 1) return [...percents, Math.min(free, Math.max(1, Math.round(0.6 * (free + 1))))];
  const largest = percents.indexOf(Math.max(...percents));
  const half = Math.floor(percents[largest] / 2);
  return [...percents.with(largest, percents[largest] - half), half];
}

/** `percent` for the one at `at`, as far as the others leave room. */
export function withPercent(percents, at, percent) {
  const free = MOST - sum(percents) + percents[at];
  return percents.with(at, Math.max(1, Math.min(free, Math.round(percent))));
}

/** {mean, error}: the mean of some losses and its standard error s / √n; null where one says nothing of it. */
export function meanAndError(losses) {
  const mean = sum(losses) / losses.length;
  if (losses.length < 2) return { mean, error: null };
  const variance = sum(losses.map((loss) => (loss - mean) ** 2)) / (losses.length - 1);
  return { mean, error: Math.sqrt(variance / losses.length) };
}

/** The same after each loss. */
export const running = (losses) => losses.map((_, at) => meanAndError(losses.slice(0, at + 1)));
