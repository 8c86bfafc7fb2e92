/** What the colour of a written token can say: for each way a ramp, the two ends of its scale, and a value from 0 to 1. */
import { t } from "../kit/words.js";
import { lengthOf } from "./marked.js";

const MOST_BITS = 8; // strongest colour
const DEEPEST_RANK = 50;

const bitsOf = (bits) => t("{bits} bits", { bits });

/** By name: {text, ramp, ends, share(step, index, marks)}; `share` null: nothing is known of this token yet. */
export function colourings() {
  return {
    probability: { text: t("Probability"), ramp: "probability", ends: ["0 %", "100 %"], share: ({ written }) => written.chosen.probability },
    surprise: { text: t("Surprise"), ramp: "surprise", ends: [bitsOf(0), bitsOf(`${MOST_BITS}+`)], share: ({ written }) => -Math.log2(Math.max(written.chosen.probability, 1e-9)) / MOST_BITS },
    entropy: { text: t("Entropy"), ramp: "probability", ends: [bitsOf(0), bitsOf(`${MOST_BITS}+`)], share: ({ written }) => written.entropy / MOST_BITS },
    rank: { text: t("Rank"), ramp: "surprise", ends: ["1", `${DEEPEST_RANK}+`], share: ({ written }) => Math.log(written.chosen.rank + 1) / Math.log(DEEPEST_RANK) },
    memorised: { text: t("Memorised or invented"), ramp: "attention", ends: [t("invented"), t("memorised")], share: (_step, index, { memory, from }) => memorisedShare(memory, index, from) },
    other: { text: t("Another model’s choice"), ramp: "surprise", ends: [t("its top token"), t("not its choice")], share: (step, index, { other }) => otherShare(other?.found?.[index], step.id) },
  };
}

/** Nothing below the length that counts; from there on stronger, up to three times as long. */
function memorisedShare(memory, index, from) {
  if (!memory?.ready || from === null || memory.at[index] === undefined) return null;
  const length = lengthOf(memory, index);
  return length < from ? 0 : 0.25 + 0.4 * Math.min(1, (length - from) / (2 * from));
}

/** Its top token, else only what it takes at the same draw, else neither. */
function otherShare(judged, id) {
  if (!judged) return null;
  if (judged.top === id) return 0;
  return judged.drawn === id ? 0.3 : 0.7;
}
