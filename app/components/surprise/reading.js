/** What a model found in a text, token by token, in one form: from a kept moment of the run's sentence, or from a question.
 *
 *  {run, step, tokens, starts, bytes, losses, ranks, expected, before, notes, context, stride, windows, vocabulary}
 *  `starts` are bytes of the text, one more than tokens, or empty where the tokens do not spell it; the first token has no
 *  loss, and null stands for what was not kept.
 */
import { givenIds } from "../inside/numbers.js";

const BYTE_FRAGMENT = /<0x([0-9A-F]{2})>/gi;
const SPECIAL = /^<[^<>\s]+>$/;
const SAME = 0.01; // probabilities of a moment are rounded

/** The answer of the question "text". */
export function readingOf(answer) {
  const tokens = answer.ids.map((id) => answer.names[id]);
  return {
    ...answer, tokens, asks: askable(answer), losses: answer.losses.map((loss) => (loss === -1 ? Infinity : loss)),
    top: (position) => answer.top[position][0].map((id, index) => ({ token: answer.names[id], share: answer.top[position][1][index], truth: id === answer.ids[position], id })),
  };
}

/** What is given along to ask where a number of a reading came from; null for a model that only counts. */
function askable({ ids, step, run, counts, bytes }) {
  return counts ? null : givenIds(ids, "text", step, { run, bytes: bytes.slice(1).reduce((sum, one) => sum + one, 0) });
}

/** A moment of /api/history: its likeliest tokens are names, so the true one is known by its name and share. */
export function readingOfMoment(moment, run) {
  const { tokens, losses, top } = moment;
  const bytes = tokens.map(bytesOf);
  const starts = [0];
  for (const count of bytes) starts.push(starts.at(-1) + count);
  const likeliest = (position) => {
    const rows = top[position - 1].map(([token, share]) => ({ token, share, truth: false }));
    const same = rows.findIndex(({ token, share }) => token === tokens[position] && Math.abs(share - Math.exp(-losses[position])) < SAME);
    if (same >= 0) rows[same].truth = true;
    return rows;
  };
  const ranks = tokens.map((_, position) => {
    const place = losses[position] === null ? -1 : likeliest(position).findIndex(({ truth }) => truth);
    return place < 0 ? null : place + 1;
  });
  return {
    run, step: moment.step, text: textOf(tokens), tokens, bytes, starts: tokens.some(isSpecial) ? [] : starts, losses, ranks, asks: { of: "film", step: moment.step, run, bytes: bytes.slice(1).reduce((sum, one) => sum + one, 0) }, expected: tokens.map(() => null),
    before: tokens.map((_, position) => position), notes: [], context: null, windows: 1, top: likeliest, vocabulary: null,
  };
}

const isSpecial = (token) => SPECIAL.test(token) && !/^<0x/i.test(token);

/** How many bytes of UTF-8 a token stands for: a special one for none. */
export function bytesOf(token) {
  if (isSpecial(token)) return 0;
  const fragments = token.match(BYTE_FRAGMENT)?.length ?? 0;
  return fragments + new TextEncoder().encode(token.replace(BYTE_FRAGMENT, "")).length;
}

/** The text that tokens spell, their bytes put together. */
export function textOf(tokens) {
  const bytes = tokens.filter((token) => !isSpecial(token)).flatMap((token) => token.split(/(<0x[0-9A-F]{2}>)/i).flatMap((part) => {
    const fragment = /^<0x([0-9A-F]{2})>$/i.exec(part);
    return fragment ? [parseInt(fragment[1], 16)] : [...new TextEncoder().encode(part)];
  }));
  return new TextDecoder().decode(Uint8Array.from(bytes));
}

/** Its figures over tokens [from, to): {tokens, bytes, nats, loss, perplexity, bitsPerByte}; null where nothing was foretold. */
export function figuresOf({ losses, bytes }, from = 0, to = losses.length) {
  let [tokens, size, nats] = [0, 0, 0];
  for (let position = from; position < to; position += 1) {
    if (losses[position] === null) continue;
    tokens += 1;
    size += bytes[position];
    nats += losses[position];
  }
  if (!tokens) return null;
  return { tokens, bytes: size, nats, loss: nats / tokens, perplexity: Math.exp(nats / tokens), bitsPerByte: size ? nats / Math.LN2 / size : null };
}

/** How few of the tokens hold half of the whole loss. */
export function tokensOfHalf({ losses }) {
  const known = losses.filter((loss) => loss !== null).sort((first, second) => second - first);
  const half = known.reduce((sum, loss) => sum + loss, 0) / 2;
  let sum = 0;
  return known.findIndex((loss) => (sum += loss) >= half) + 1;
}

/** Positions with a loss by what `value(position)` says, the largest first. */
export function ordered({ losses }, value) {
  const known = losses.flatMap((loss, position) => (loss === null ? [] : [position]));
  return known.sort((first, second) => value(second) - value(first));
}
