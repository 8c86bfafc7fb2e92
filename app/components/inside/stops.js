/** What the server says of a pass in, the stops of the walk out, each with its tensors; and how stops are called. */
import { t } from "../kit/words.js";

/** Every stop of every block: [{name, part: "start" | "blocks" | "end", block, made: [tensors]}] */
export function stopsOf({ start, block, end, sizes }) {
  const blocks = Array.from({ length: sizes.L }, (_, at) => grouped(block.map((made) => ofBlock(made, at)), "blocks", at));
  return [...grouped(start, "start"), ...blocks.flat(), ...grouped(end, "end")].filter(({ name, made }) => name !== "sum" || made[0].kind === "sum");
}

function grouped(tensors, part, block = null) {
  const stops = [];
  for (const made of tensors) {
    if (stops.at(-1)?.name !== made.stop) stops.push({ name: made.stop, part, block, made: [] });
    stops.at(-1).made.push(made);
  }
  return stops;
}

/** The tensors of the first block, named for another one. */
function ofBlock(made, at) {
  const renamed = (name) => name.replace(/^blocks\.0\./, `blocks.${at}.`);
  return { ...made, key: renamed(made.key), reads: made.reads.map(renamed), weights: made.weights.map(renamed) };
}

/** Where a tensor is made: the stop's place in the walk; -1 where the walk has no stop for it. */
export function stopOf(stops, key) {
  return stops.findIndex(({ made }) => made.some((each) => each.key === alias(stops, key)));
}

/** A block reads what the block before left: the same numbers under two names. */
export function alias(stops, key) {
  const found = /^blocks\.(\d+)\.resid_pre$/.exec(key);
  if (!found) return key;
  if (found[1] !== "0") return `blocks.${found[1] - 1}.resid_post`;
  return stops.some(({ name }) => name === "sum") ? key : "embed";
}

/** A tensor by its key, as the walk has it; null where it has none. */
export function madeOf(stops, key) {
  const at = stopOf(stops, key);
  return at < 0 ? null : stops[at].made.find((made) => made.key === alias(stops, key));
}

export function stopName({ name, made }) {
  if (name.startsWith("stream") && made[0].kind === "same") return t("In place of the stream");
  return {
    embed: t("Embedding"), shift: t("Token shift"), positions: t("Positions"), sum: t("Their sum"),
    "norm 1": t("Norm"), heads: t("Q, K and V"), unit: t("QK-norm"), turn: t("Rotary turn"), gain: t("Gain of the head"),
    products: t("q · k"), scale: t("Scaled"), mask: t("Masked"), pattern: t("Attention"), mix: t("Mixed values"),
    join: t("Heads joined"), out: t("Output matrix"), "stream 1": t("Back into the stream"),
    "norm 2": t("Norm"), up: t("MLP: up"), bend: t("MLP: bend"), down: t("MLP: down"), "stream 2": t("Back into the stream"),
    "final norm": t("Final norm"), logits: t("Logits"), probabilities: t("Next token"),
  }[name] ?? name;
}

/** "Block 2 · Scaled" */
export function fullName(stop) {
  return stop.block === null ? stopName(stop) : t("Block {block} · {stop}", { block: stop.block + 1, stop: stopName(stop) });
}

/** What a tensor is called where several stand side by side: "q", "k after the turn" → its letter. */
export function tensorName(key) {
  const last = key.split(".").at(-1);
  return {
    embed: t("embedding"), token_shift: t("shift"), pos_embed: t("position"), resid_pre: t("stream"), resid_mid: t("stream"), resid_post: t("stream"),
    ln1: t("normed"), ln2: t("normed"), ln_final: t("normed"), products: "q · k", scores: t("scores"), masked: t("masked"), pattern: t("attention"), z: "z",
    joined: t("joined"), attn_out: t("found by attention"), mlp_pre: t("inside the MLP"), mlp_up: t("second half"), mlp_post: t("after the bend"),
    mlp_out: t("found by the MLP"), logits: t("logits"), probabilities: t("probabilities"),
  }[last] ?? last.split("_")[0];
}

/** What an axis counts, in a word. */
export function axisName(axis) {
  return { T: t("token"), S: t("token looked at"), C: t("number"), D: t("number"), M: t("number"), V: t("vocabulary"), H: t("head") }[axis];
}

/** Tokens among which a softmax shares out 100 %. */
export const isShare = (key) => /(^|\.)(pattern|probabilities)$/.test(key);
