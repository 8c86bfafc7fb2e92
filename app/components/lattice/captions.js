/** The sentences of the lattice, computed from the word in view. */
import { fixed, percent } from "../kit/format.js";
import { quotedToken, visibleToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";

export const wordOf = ({ characters }) => characters.map(visibleToken).join("");
const pieces = ({ edges }, numbers) => numbers.map((number) => visibleToken(edges[number][2])).join(" | ");

/** What Viterbi decides at one place; at the end, what comes of it. */
export function walkCaption(data, place) {
  const { characters, edges, arrivals, best, ways } = data;
  if (place === 0) return t("At the left end nothing is cut yet: ln P = 0. Each step on asks: which piece is the best to arrive with?");
  const [score, winner] = arrivals[place];
  const arriving = edges.filter(([, end]) => end === place).length;
  if (place < characters.length && arriving === 1) {
    return t("One piece only ends here: {piece}. The best way to this place has ln P = {score}.", { piece: quotedToken(edges[winner][2]), score: fixed(score) });
  }
  if (place < characters.length) {
    return t("{pieces} pieces end here. The best way to this place arrives with {piece} and has ln P = {score}; all other ways to it can be forgotten.", {
      pieces: arriving, piece: quotedToken(edges[winner][2]), score: fixed(score),
    });
  }
  const words = { word: wordOf(data), ways: Number(ways) < 1e6 ? ways : `${Number(ways).toExponential(1)}`, cut: pieces(data, best.edges), score: fixed(best.logP), share: percent(best.share) };
  if (ways === "1") return t("There is one way only to cut “{word}”: {cut}, with ln P = {score}.", words);
  return t("Of {ways} ways to cut “{word}” the most probable is {cut}: ln P = {score}, {share} of the probability of all ways together. Encoding takes this one.", words);
}

export function edgeSentence([start, end, text, logP, known]) {
  const words = { piece: quotedToken(text), start, end, score: fixed(logP), p: Math.exp(logP).toPrecision(2) };
  if (!known) return t("{piece}, from {start} to {end}: no piece of the vocabulary. Its bytes spell it, at the price ln P = {score}.", words);
  return t("{piece}, from {start} to {end}: ln P = {score}, P = {p}", words);
}

export function samplesCaption({ draws, different, samples, smoothing, seed }) {
  if (different === 1) return t("All {draws} draws gave the same way: its probability leaves no room for others. Lower the sharpness.", { draws });
  const [first] = samples;
  const words = { draws, different, times: first.times, share: percent(first.share), seed, sharpness: smoothing };
  if (smoothing === 1) return t("{draws} draws gave {different} different ways. The first came {times} times; its probability says {share}. Seed {seed}.", words);
  return t("{draws} draws at sharpness {sharpness} gave {different} different ways; the marks show each way's true probability. Seed {seed}.", words);
}
