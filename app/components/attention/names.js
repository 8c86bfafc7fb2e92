/** Words for what measures.js found: names of maps and heads, and one clause each for captions. */
import { percent } from "../kit/format.js";
import { quotedToken, visibleToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";

/** As people count and as the address has it: the first head of the first layer is 1.1. */
export function headName({ layer, head }) {
  return `${layer + 1}.${head + 1}`;
}

/** What the large picture shows, as its title: "Head 1.3", "Mean of layer 1". */
export function mapName(place) {
  const layer = place.layer + 1;
  return {
    mean: t("Mean of layer {layer}", { layer }), largest: t("Largest of layer {layer}", { layer }),
    "all-mean": t("Mean of all heads"), "all-largest": t("Largest of all heads"), rollout: t("Rollout to layer {layer}", { layer }),
  }[place.combine] ?? t("Head {head}", { head: headName(place) });
}

/** "previous token", "sink on ↵", "mixed" */
export function patternName(name, { sink }, tokens) {
  return name === "sink" && sink.key > 0 ? t("sink on {token}", { token: visibleToken(tokens[sink.key]) }) : plainName(name);
}

/** The kinds of heads, in the order of lm_core.interpret.heads.THRESHOLDS. */
export const KINDS = ["previous", "next", "itself", "first", "sink", "repeat", "same", "brackets", "class", "near", "broad"];

export const evidenceNames = () => KINDS.map(plainName);

export function plainName(name) {
  return {
    previous: t("previous token"), next: t("next token"), first: t("first-token sink"), sink: t("sink"), itself: t("itself"), repeat: t("after same token"),
    same: t("same token"), brackets: t("open bracket"), class: t("same kind of sign"), near: t("last few"), broad: t("broad"),
    mixed: t("mixed"), short: t("too short to name"),
  }[name];
}

/** One sentence on what a map does, with its number: "Head 1.3 looks one token back 84 % of the time." */
export function headSentence(place, measure, tokens) {
  if (place.combine) return combinedSentence(place, measure, tokens);
  const values = { head: headName(place), share: percent(measure.score), position: measure.sink.key + 1 };
  switch (measure.name) {
    case "previous": return t("Head {head} looks one token back {share} of the time.", values);
    case "first": return t("Head {head} rests on the very first token with {share} of its attention.", values);
    case "sink": return t("Head {head} rests on {token} at position {position} with {share} of its attention.",
      { ...values, token: quotedToken(tokens[measure.sink.key]) });
    case "itself": return t("Head {head} stays with the token itself {share} of the time.", values);
    case "repeat": return measure.random === null
      ? t("Head {head} puts {share} on what followed earlier copies of the same token.", values)
      : t("Head {head} is an induction head: on random tokens said twice it puts {share} on what followed the first copy.", values);
    case "same": return measure.random === null
      ? t("Head {head} puts {share} on earlier copies of the same token.", values)
      : t("Head {head} finds copies: on random tokens said twice it puts {share} on the first copy.", values);
    case "brackets": return t("Head {head} puts {share} on the bracket that is open.", values);
    case "class": return t("Head {head} prefers signs of the same kind (letters, capitals, blanks, marks), {share} of the way from chance to always.", values);
    case "near": return t("Head {head} keeps {share} of its attention on the last four tokens.", values);
    case "broad": return t("Head {head} spreads its attention almost evenly ({share} of the most even).", values);
    case "short": return t("Head {head}: the sentence is too short to show a pattern.", values);
    default: return t("Head {head} is mixed: no single pattern is clear; the strongest, “{nearest}”, explains {share}.",
      { ...values, nearest: patternName(measure.nearest.name, measure, tokens) });
  }
}

function combinedSentence(place, measure, tokens) {
  const values = { map: mapName(place), pattern: patternName(measure.name, measure, tokens), score: percent(measure.score) };
  if (measure.name === "short") return t("{map}: the sentence is too short to show a pattern.", values);
  if (measure.name === "mixed") return t("{map}: no single pattern is clear.", values);
  return t("{map}: taken together, “{pattern}” with {score}.", values);
}

/** Two digits: maps come as bytes, whose rounding stands in the third. */
export const rough = (value) => String(Number(value.toPrecision(2)));

/** How far and how widely a map looks, on average over its rows. */
export function reachSentence({ distance, entropy }) {
  return t("looks about {distance} tokens back on average, as widely as an even choice among {count} ({bits} bits)",
    { ...(distance === undefined ? {} : { distance: rough(distance), bits: rough(entropy) }), count: rough(2 ** entropy) });
}
