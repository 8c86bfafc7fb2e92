/** The sentences of the cache, with its numbers; they are also the text for screen readers. */
import { count, fixed, number } from "../kit/format.js";
import { quotedToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { bytesWords } from "./contents.js";

/** What this step did to the cache. */
export function stepWords({ contents, tokens, at, context, chosen }) {
  const values = { fresh: contents.fresh, held: contents.columns.length, room: context, token: quotedToken(tokens[contents.tokens - 1] ?? ""), chosen: quotedToken(chosen) };
  const after = t("The next token is {chosen}; it is not in the cache yet.", values);
  if (at === 0) return `${t("The prompt is read once: {fresh} columns come. From here on each new token brings one.", values)} ${after}`;
  if (contents.fresh > 1) {
    return `${t("The cache was full. The window slides on by a quarter: {gone} tokens are out in all, and as every token stands at another position now, all {fresh} columns come anew.", { ...values, gone: contents.start })} ${after}`;
  }
  return `${t("One column comes, that of {token}: its keys and values in every layer. The {others} others stay as they are.", { ...values, others: contents.columns.length - 1 })} ${after}`;
}

/** How many bytes that is, and why. */
export function bytesOf({ layers, keyHeads, headWidth, bytesEach, context }, held) {
  return t("2 (key and value) × {layers} layers × {heads} heads × {width} numbers × 4 bytes = {each} a token; × {held} tokens = {total} of {room}.", {
    layers, heads: keyHeads, width: headWidth, each: bytesWords(bytesEach, number), held, total: bytesWords(bytesEach * held, number), room: bytesWords(bytesEach * context, number),
  });
}

/** Fewer key heads than query heads, where that is so. */
export function sharedWords({ heads, keyHeads }) {
  if (heads === keyHeads) return "";
  return t("{heads} query heads share {keyHeads} key heads: without that, the cache would be {times} times as large.", { heads, keyHeads, times: number(heads / keyHeads) });
}

/** What was measured, and what was counted, at the longest text so far. */
export function speedWords({ rows, weights, layers, width }) {
  if (!rows.length) return t("Nothing is measured yet.");
  const last = rows.at(-1);
  const [measured, counted] = [last.recomputed / last.cached, last.all / last.fewer];
  const values = {
    tokens: last.tokens, quick: number(last.cached * 1000), slow: number(last.recomputed * 1000), measured: fixed(measured, 1), counted: fixed(counted, 1), weights: count(weights),
    fewer: count(last.fewer), all: count(last.all), layers, width,
  };
  const time = t("After {tokens} tokens, the next one takes {quick}\u00a0ms with the cache and {slow}\u00a0ms without: {measured} times as long, measured just now on this machine on one thread, the quickest of several readings.", values);
  const work = t("Each of the {weights} weights is multiplied once for every token that is read (2 × {weights} operations, as each product is also added). With the cache that is one token: {fewer} multiplications, attention included. Without it all {tokens} are read again: {all}, {counted} times as many.", values);
  const gap = measured > 0.6 * counted ? ""
    : t("The time does not fall as far as the work: one token alone cannot keep the processor busy, and each of the {layers} layers costs some calls however little there is to multiply.", values);
  return `${time} ${work} ${gap}`;
}
