/** The settings of chosen runs: which of them differ, what they are called, how their values are written. */
import { number } from "../kit/format.js";
import { t } from "../kit/words.js";

/** What a setting is called in a sentence; null: by its own name. */
export function nounOf(setting) {
  const nouns = {
    "model.n_layers": t("layers"), "model.n_heads": t("heads"), "model.d_model": t("width"), "model.mlp_width": t("MLP width"),
    "model.context_length": t("context"), "train.steps": t("steps"), "train.batch_size": t("windows per step"),
    "train.learning_rate": t("learning rate"), "train.warmup_steps": t("warm-up steps"), "tokenizer.vocab_size": t("pieces"),
    "model.dropout": t("dropout"), "model.positions": t("positions"), "model.norm": t("norm"), "model.activation": t("activation"),
    "model.causal": t("causal mask"), "model.residual": t("residual stream"), "model.scale_scores": t("division by √d"),
    "model.architecture": t("kind of model"), "model.order": t("n-gram length"), "model.smoothing": t("smoothing"), "model.added": t("added counts"),
    "tokenizer.kind": t("tokenizer"), "corpus.name": t("text"), "corpus.cleaning": t("cleaning"), "train.schedule": t("schedule"), "train.weight_decay": t("weight decay"), seed: t("seed"),
  };
  return nouns[setting] ?? null;
}

/** [{setting, values}] of the settings in which the rows differ, in the order of the configuration; without those that
 *  only one kind of model has. */
export function differences(rows) {
  const known = rows.filter((row) => Object.keys(row.settings).length);
  const names = [...new Set(known.flatMap((row) => Object.keys(row.settings)))];
  const found = names.map((setting) => ({ setting, values: rows.map((row) => row.settings[setting]) }));
  const different = found.filter(({ setting, values }) => new Set(known.map((row) => JSON.stringify(row.settings[setting] ?? null))).size > 1
    && !(kindsDiffer(known) && /^(model|train)\./.test(setting) && values.includes(undefined)));
  // What follows from another difference is not told twice.
  const has = (name) => different.some(({ setting }) => setting === name);
  return different.filter(({ setting }) => !(setting === "model.mlp_width" && has("model.d_model") && sameRatio(known))
    && !(setting === "model.n_kv_heads" && has("model.n_heads") && known.every((row) => row.settings["model.n_kv_heads"] === row.settings["model.n_heads"])));
}

/** A Transformer and a model that counts: most settings of the one mean nothing in the other. */
export const kindsDiffer = (rows) => new Set(rows.map(({ settings }) => settings["model.architecture"]).filter(Boolean)).size > 1;

const sameRatio = (rows) => new Set(rows.map((row) => row.settings["model.mlp_width"] / row.settings["model.d_model"])).size === 1;

export function valueText(value) {
  if (value === undefined || value === null) return "–";
  if (value === true) return t("on");
  if (value === false) return t("off");
  if (Array.isArray(value)) return value.length ? value.join(", ") : t("none");
  if (typeof value !== "number") return String(value);
  return Number.isInteger(value) ? String(value) : number(value).replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "");
}

/** "twice the layers (8 instead of 4)", "rotary positions instead of learned", …: how `value` differs from `base`. */
export function clauseOf(setting, value, base) {
  const noun = nounOf(setting);
  const words = { thing: noun ?? setting, value: valueText(value), base: valueText(base) };
  const ratio = typeof value === "number" && typeof base === "number" && base > 0 && value > 0 && setting !== "seed" ? value / base : 0;
  if (noun && near(ratio, 2)) return t("has twice the {thing} ({value} instead of {base})", words);
  if (noun && near(ratio, 0.5)) return t("has half the {thing} ({value} instead of {base})", words);
  if (noun && ratio > 2 && near(ratio, Math.round(ratio))) return t("has {times} times the {thing} ({value} instead of {base})", { ...words, times: Math.round(ratio) });
  return t("has {thing} {value} instead of {base}", words);
}

const near = (first, second) => Math.abs(first - second) < 1e-9;
