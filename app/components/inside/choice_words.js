/** What the numbers of a text and of a choice are called. */
import { t } from "../kit/words.js";

export const choiceName = (key) => ({
  "text.share": t("probability after what came before"), "text.loss": t("loss of a token"), "text.bits": t("loss of a token, in bits"), "text.rank": t("place of the token that came"), "text.expected": t("loss that the model expects"),
  "text.mean": t("mean loss"), "text.total": t("loss of all tokens together"), "text.perplexity": t("perplexity"), "text.bits_per_byte": t("bits per byte"),
  "product.log": t("ln of the probability"), "product.sum": t("sum of ln"), "product.value": t("product of the probabilities"), "written.log": t("ln of the probability"), "written.sum": t("sum of ln"), "written.mean": t("mean of ln"), "written.bits": t("bits a token"),
  "beam.share": t("probability of the token"), "beam.log": t("ln of the probability"), "beam.total": t("total: ln p of all so far"), "beam.score": t("score"),
  "choice.logit": t("logit"), "choice.own": t("probability that the model itself gives"), "choice.penalised": t("score after penalties"), "choice.scaled": t("score after temperature"), "choice.uncut": t("probability before any filter"),
  "choice.rank": t("place among the candidates"), "choice.in_top_k": t("score that top-k leaves"), "choice.rest": t("share of what top-k left"), "choice.covered": t("what likelier ones cover"), "choice.ratio": t("how likely beside the likeliest"),
  "choice.left": t("score that the filters leave"), "choice.final": t("probability"), "choice.ranked": t("probability, by likelihood"), "choice.from": t("where the slice begins"), "choice.to": t("where the slice ends"), "choice.edges": t("where the slices end"),
  "choice.u": t("draw u"), "choice.drawn": t("slice that u falls on"), "choice.entropy": t("entropy"), "choice.choices": t("effective choices"), "contrast.score": t("score: ln A − ln B"),
})[key];
