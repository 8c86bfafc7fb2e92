/** What the colour of a written token can say: for each way a ramp, the two ends of its scale, and a value from 0 to 1. */
import { t } from "../kit/words.js";

const MOST_BITS = 8; // strongest colour
const DEEPEST_RANK = 50;

const bitsOf = (bits) => t("{bits} bits", { bits });

/** By name: {text, ramp, ends, share(step, index)}; `share` null: nothing is known of this token. */
export function colourings() {
  return {
    probability: { text: t("Probability"), ramp: "probability", ends: ["0 %", "100 %"], share: ({ written }) => written.chosen.probability },
    surprise: { text: t("Surprise"), ramp: "surprise", ends: [bitsOf(0), bitsOf(`${MOST_BITS}+`)], share: ({ written }) => -Math.log2(Math.max(written.chosen.probability, 1e-9)) / MOST_BITS },
    entropy: { text: t("Entropy"), ramp: "probability", ends: [bitsOf(0), bitsOf(`${MOST_BITS}+`)], share: ({ written }) => written.entropy / MOST_BITS },
    rank: { text: t("Rank"), ramp: "surprise", ends: ["1", `${DEEPEST_RANK}+`], share: ({ written }) => Math.log(written.chosen.rank + 1) / Math.log(DEEPEST_RANK) },
  };
}
