/** The words for the simple models that a curve climbs past, the same on every page. */
import { countedBy } from "./series.js";
import { t } from "./words.js";

/** What such a model does: the name of its line. */
export const rungName = (name) => ({
  uniform: t("knows nothing"), unigram: t("counts tokens"), bigram: t("counts pairs"), trigram: t("counts triples"),
  gzip: t("packs with gzip"), xz: t("packs with xz"),
})[name] ?? (countedBy(name) ? t("counts {order}-grams", { order: countedBy(name) }) : name);

/** The same where there is little room. */
export const rungShort = (name) => ({ uniform: t("ln V"), unigram: t("1-gram"), bigram: t("2-gram"), trigram: t("3-gram") })[name] ?? name;

/** What it means to lie below its line. */
export const rungPassed = (name) => ({
  uniform: t("better than knowing nothing"), unigram: t("better than counting tokens"), bigram: t("better than counting pairs"),
  trigram: t("better than counting triples"), gzip: t("better than packing with gzip"), xz: t("better than packing with xz"),
})[name] ?? name;
