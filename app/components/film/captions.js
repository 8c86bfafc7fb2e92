/** The sentences of the film, computed from the moment in view. */
import { number } from "../kit/format.js";
import { quotedToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { mergesOf, tokensLeft, treeOf } from "./measures.js";

export const grouped = (value) => value.toLocaleString("en").replaceAll(",", "\u202f");

/** What has just happened, what comes next, and what is won by it. */
export function filmCaption(data, done, pieces) {
  const { scenes, tokens, bytes } = data;
  if (!scenes.length) return t("No two bytes stand together twice in this text, so there is nothing to join. Write more of it.");
  return [past(data, done), next(data, done), bytes.length ? t("The text above: {tokens} tokens for {bytes} bytes.", { tokens: pieces.length, bytes: bytes.length }) : "", end(data, done, tokens)]
    .filter(Boolean).join(" ");
}

function past({ scenes, tokens }, done) {
  if (!done) return t("At first every byte is a token.");
  const [left, right, count] = scenes[done - 1];
  return t("Merge {done} joined {left} and {right}, {count} times, into {token}.", {
    done, left: quotedToken(tokens[left]), right: quotedToken(tokens[right]), count: grouped(count), token: quotedToken(tokens[255 + done]),
  });
}

function next({ scenes, tokens, replay }, done) {
  const scene = scenes[done];
  if (!scene) return "";
  const [left, right, count, , rivals] = scene;
  const pair = { left: quotedToken(tokens[left]), right: quotedToken(tokens[right]), count: grouped(count) };
  const highest = Math.max(...rivals.map(([, , times]) => times));
  if (count < highest) return t("Next come {left} and {right}: {count} times here, and others stand together more often. These merges were learned from another text.", pair);
  if (replay || rivals.filter(([, , times]) => times === count).length === 1) return t("Next come {left} and {right}: they stand together {count} times, more often than any other pair.", pair);
  return t("Next come {left} and {right}: they stand together {count} times, as other pairs do; of equals the older tokens win.", pair);
}

const end = ({ scenes }, done) => (done === scenes.length ? t("The film ends here: no further merges.") : "");

export function curveCaption(data, done) {
  const left = tokensLeft(data, done);
  return t("{tokens} tokens, {ratio} bytes each", { tokens: grouped(left), ratio: number(data.atFirst / left) });
}

/** The tree in words: which merges built it. */
export function treeCaption(data, id) {
  const tree = treeOf(id, data.scenes);
  if (!tree.merge) return t("{token} is a single byte: it was there from the start.", { token: quotedToken(data.tokens[id]) });
  const merges = mergesOf(tree);
  if (merges.length === 1) return t("{token} was made by merge {merges}.", { token: quotedToken(data.tokens[id]), merges: merges[0] });
  return t("{token} took {count} merges: {merges}.", { token: quotedToken(data.tokens[id]), count: merges.length, merges: merges.join(", ") });
}
