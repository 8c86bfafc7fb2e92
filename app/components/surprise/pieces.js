/** Two readings of one text, laid over each other: cut wherever both cut, so that each piece costs both a definite sum. */

/**
 * piecesOf(now, then) -> {same, pieces: [{now: [from, to], then: [from, to], characters, nowLoss, thenLoss, change}]}, or null
 *
 * Tokens [from, to) of each make a piece. `change` is what `now` saves, in nats: a token where both cut alike (`same`), else
 * for each character, as a piece of several tokens is as hard as it is long. Null losses and changes: where one of them
 * foretold nothing. Null altogether: their tokens cannot be told to spell one text.
 */
export function piecesOf(now, then) {
  const alike = now.tokens.length === then.tokens.length && now.tokens.every((token, position) => token === then.tokens[position]);
  if (!alike && (!now.starts.length || !then.starts.length)) return null;
  const pairs = alike ? now.tokens.map((_, position) => [position, position]) : commonStarts(now.starts, then.starts);
  const ends = alike ? [...pairs.slice(1), [now.tokens.length, then.tokens.length]] : pairs.slice(1);
  const pieces = ends.map((end, index) => pieceOf(now, then, pairs[index], end, alike));
  return { same: alike, pieces };
}

/** [[token of now, token of then], …] that begin at the same byte; the last pair may be the end of both. */
function commonStarts(first, second) {
  const places = new Map(second.map((start, position) => [start, position]));
  places.delete(-1);
  return first.flatMap((start, position) => (places.has(start) ? [[position, places.get(start)]] : []));
}

function pieceOf(now, then, [from, other], [to, otherTo], alike) {
  const nowLoss = sumOf(now.losses, from, to);
  const thenLoss = sumOf(then.losses, other, otherTo);
  const characters = Math.max(1, [...now.tokens.slice(from, to).join("").replace(/(<0x[0-9A-F]{2}>)+/gi, "?")].length);
  const known = nowLoss !== null && thenLoss !== null && (Number.isFinite(nowLoss) || Number.isFinite(thenLoss));
  const change = known ? (thenLoss - nowLoss) / (alike ? 1 : characters) : null;
  return { now: [from, to], then: [other, otherTo], characters, nowLoss, thenLoss, change };
}

function sumOf(losses, from, to) {
  let sum = 0;
  for (let position = from; position < to; position += 1) {
    if (losses[position] === null) return null;
    sum += losses[position];
  }
  return sum;
}

/** Both as a whole, over the pieces that both foretold: {nats of each, bytes}. */
export function together({ pieces }, now) {
  let [nowLoss, thenLoss, bytes] = [0, 0, 0];
  for (const piece of pieces) {
    if (piece.nowLoss === null || piece.thenLoss === null) continue;
    nowLoss += piece.nowLoss;
    thenLoss += piece.thenLoss;
    for (let position = piece.now[0]; position < piece.now[1]; position += 1) bytes += now.bytes[position];
  }
  return { nowLoss, thenLoss, bytes };
}
