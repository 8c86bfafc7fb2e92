/** What a number is called outside the walk: a figure of a probe, or a tensor of the pass; and where it stands. */
import { quotedToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { choiceName } from "./choice_words.js";
import { tensorName } from "./stops.js";

const figureName = (key) => ({
  "lens.normed": t("stream behind the last norm"), "lens.score": t("score read off early"), "lens.share": t("probability read off early"), "lens.rank": t("place of the true next token"),
  "lens.entropy": t("entropy"), "lens.distance": t("distance from what it says in the end"),
  "who.vector": t("what a part adds"), "who.frozen": t("what a part adds, behind the last norm"), "who.direction": t("direction of the score in the head"), "who.value": t("logits that a part adds"),
  "who.length": t("length behind the last norm"), "who.logit": t("logit"), "who.norm": t("length of what a part adds"), "who.stream": t("length of the stream"),
  "grad.score": t("gradient × input"), "grad.slope": t("gradient at the embedding"), "grad.length": t("length of the gradient"), "grad.site": t("length of the gradient"), "grad.stream": t("gradient at the stream"), "grad.looks": t("mean attention"),
  "cut.normed": t("normed stream of the changed pass"), "cut.score": t("logit of the changed pass"), "cut.share": t("probability in the changed pass"), "cut.loss": t("loss of a token, changed"), "plain.loss": t("loss of a token"),
  "cut.mean": t("mean loss, changed"), "plain.mean": t("mean loss"), "cut.rise": t("rise of the loss"), "cut.shift": t("shift of what it says"), "cut.shifts": t("mean shift"),
  "knock.here": t("what the weight is worth, in this head"), "knock.everywhere": t("what the weight is worth, in all heads"), "knock.share": t("probability without this weight, from a pass of its own"),
  "patch.recovery": t("share of the difference that is back"), "patch.patched": t("difference, patched"), "patch.clean": t("difference in the first sentence"), "patch.corrupted": t("difference in the second sentence"),
  "patch.logit": t("logit of the patched pass"), "other.logits": t("logit of the second sentence"), "other.share": t("probability in the second sentence"),
  "heads.weight": t("attention of every head"), "combine.mean": t("mean of the heads of a layer"), "combine.top": t("largest of the heads of a layer"), "combine.largest": t("largest of the heads, as a share"),
  "all.mean": t("mean of all heads"), "all.top": t("largest of all heads"), "all.largest": t("largest of all heads, as a share"), rollout: t("rollout"), identity: t("each token itself"),
  "name.text": t("evidence for a name, on this sentence"), "name.random": t("evidence for a name, on random tokens"), "name.row": t("what each row shows of it"), "name.count": t("what each row counts"), "name.random.text": t("each random text"),
  "row.entropy": t("entropy of a row"), "row.distance": t("how far a row looks back"), "head.entropy": t("mean entropy of a head"), "head.distance": t("mean distance of a head"), distance: t("tokens between"),
  "scan.activation": t("activation in the corpus"), "scan.window": t("highest activation of a text"), "scan.peak": t("highest activation"), "scan.awake": t("share of tokens at which it is awake"), "scan.awake.window": t("awake places of each text"),
  "scan.mlp_pre": t("inside the MLP"), "scan.mlp_up": t("second half"), "near.cosine": t("cosine"), versus: t("the same number there"),
})[key];

/** Has it a source of its own? Others end there: a pass made for this alone, a drawing, a gradient. */
const ENDS = ["grad.slope", "grad.stream", "cut.normed", "knock.share", "patch.logit", "other.logits", "identity", "name.row", "name.count", "name.random.text", "distance", "scan.awake.window", "scan.mlp_pre", "scan.mlp_up", "versus"];

export const hasSource = (key) => !ENDS.includes(key);

/** "Block 2 · attention", "place of the true next token" */
export function numberName(key) {
  const named = figureName(key) ?? choiceName(key);
  if (named) return named;
  const block = /^blocks\.(\d+)\./.exec(key);
  return block ? t("Block {block} · {stop}", { block: Number(block[1]) + 1, stop: tensorName(key) }) : tensorName(key);
}

/** Where it stands, in words; `about` is {tokens, token, parts, kinds: names of what P and K count}. */
export function placeWords({ axes, at, token }, { tokens = [], parts = [], kinds = [], evidence = [], heads = 1 }) {
  const word = (axis, place) => {
    switch (axis) {
      case "R": return place === 0 ? t("embedding") : t("layer {layer}", { layer: place });
      case "L": return t("layer {layer}", { layer: place + 1 });
      case "A": return t("head {place}", { place: `${Math.floor(place / heads) + 1}.${(place % heads) + 1}` });
      case "H": return t("head {head}", { head: place + 1 });
      case "T": case "S": return tokens[place] === undefined ? t("position {row}", { row: place + 1 }) : `${quotedToken(tokens[place])} ${place + 1}`;
      case "V": return token ? quotedToken(token) : String(place);
      case "P": return parts[place] ?? "";
      case "K": return kinds[place] ?? "";
      case "E": return evidence[place] ?? "";
      case "N": return t("text {place}", { place: place + 1 });
      case "W": return t("position {row}", { row: place + 1 });
      case "O": return t("number {rank} in likelihood", { rank: place + 1 });
      case "X": return at[0] === 3 ? t("head {head}", { head: place + 1 }) : word("T", place);
      default: return t("number {place}", { place });
    }
  };
  return [...(axes ?? "")].map((axis, place) => word(axis, at[place])).filter(Boolean).join(" · ");
}
