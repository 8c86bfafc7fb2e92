/** Words for what measures.js found: names of heads, and one clause each for captions. */
import { percent } from "../kit/format.js";
import { quotedToken, visibleToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";

/** As people count and as the address has it: the first head of the first layer is 1.1. */
export function headName({ layer, head }) {
  return `${layer + 1}.${head + 1}`;
}

/** "previous token", "sink on ↵", "mixed" */
export function patternName(name, { sink }, tokens) {
  if (name === "sink") return sink.key === 0 ? t("first-token sink") : t("sink on {token}", { token: visibleToken(tokens[sink.key]) });
  return plainName(name);
}

export function plainName(name) {
  return {
    previous: t("previous token"), sink: t("sink"), itself: t("itself"), repeat: t("after same token"), same: t("same token"),
    near: t("last few"), broad: t("broad"), mixed: t("mixed"), short: t("too short to name"),
  }[name];
}

/** One sentence on what a head does, with its number: "Head 1.3 looks one token back 84 % of the time." */
export function headSentence(place, measure, tokens) {
  const values = { head: headName(place), share: percent(measure.score), position: measure.sink.key };
  switch (measure.name) {
    case "previous": return t("Head {head} looks one token back {share} of the time.", values);
    case "sink": return t("Head {head} rests on {token} at position {position} with {share} of its attention.",
      { ...values, token: quotedToken(tokens[measure.sink.key]) });
    case "itself": return t("Head {head} stays with the token itself {share} of the time.", values);
    case "repeat": return t("Head {head} puts {share} on what followed earlier copies of the same token.", values);
    case "same": return t("Head {head} puts {share} on earlier copies of the same token.", values);
    case "near": return t("Head {head} keeps {share} of its attention on the last four tokens.", values);
    case "broad": return t("Head {head} spreads its attention almost evenly ({share} of the most even).", values);
    case "short": return t("Head {head}: the sentence is too short to show a pattern.", values);
    default: return t("Head {head} is mixed: no single pattern is clear; the strongest, “{nearest}”, explains {share}.",
      { ...values, nearest: patternName(measure.nearest.name, measure, tokens) });
  }
}
