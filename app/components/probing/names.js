/** What parts of a model are called, and numbers in their short forms. */
import { fixed } from "../kit/format.js";
import { language, t } from "../kit/words.js";

/** As people count: the first head of the first layer is 1.1. */
export const headName = (layer, head) => `${layer + 1}.${head + 1}`;

/** Sentences one after the other; Chinese ones stand without a space between them. */
export const joined = (sentences) => sentences.filter(Boolean).join(language() === "zh" ? "" : " ");

/** A part of an attribution or an ablation. */
export function partName({ kind, layer, head }) {
  if (kind === "head") return t("head {place}", { place: headName(layer, head) });
  if (kind === "mlp") return t("MLP {layer}", { layer: layer + 1 });
  return {
    embed: t("embedding"), token_shift: t("token before (shift)"), pos_embed: t("position"),
    bias: t("bias {layer}", { layer: (layer ?? 0) + 1 }), norm: t("last norm"),
  }[kind];
}

/** +0.12, −0.12, 0.00 */
export function signed(value, digits = 2) {
  const text = fixed(value, digits);
  return value > 0 && /[1-9]/.test(text) ? `+${text}` : text;
}

export const sum = (values) => values.reduce((total, value) => total + value, 0);

export function median(values) {
  const ordered = [...values].sort((first, second) => first - second);
  return ordered.length ? ordered[Math.floor((ordered.length - 1) / 2)] : null;
}

/** Spearman's rank correlation of two lists, equal values sharing their middle rank; 0 where one of them is constant. */
export function ranksAgree(first, second) {
  const ranks = (values) => values.map((value) => sum(values.map((other) => (other < value ? 1 : other === value ? 0.5 : 0))));
  const [a, b] = [ranks(first), ranks(second)];
  const middle = sum(a) / a.length;
  const product = sum(a.map((rank, at) => (rank - middle) * (b[at] - middle)));
  const spread = Math.sqrt(sum(a.map((rank) => (rank - middle) ** 2)) * sum(b.map((rank) => (rank - middle) ** 2)));
  return spread ? product / spread : 0;
}
