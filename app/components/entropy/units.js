/** An amount of surprise in nats, bits, or as the choices that it is worth. */
import { fixed, number } from "../kit/format.js";
import { t } from "../kit/words.js";

export const UNITS = ["nats", "bits", "bytes", "perplexity"]; // places in the address, as the section Curve has them
export const OFFERED = ["nats", "bits", "perplexity"];

/** Terms of a sum cannot be told as choices: these multiply. */
export const unitOfTerms = (unit) => (unit === "bits" ? "bits" : "nats");

export const inUnit = (nats, unit) => (unit === "bits" ? nats / Math.LN2 : unit === "perplexity" ? Math.exp(nats) : nats);

export const unitWord = (unit) => ({ nats: t("nats"), bits: t("bits"), perplexity: t("choices") })[unit];

/** 1.213 nats, 1.750 bits, 3.36 choices. */
export const said = (nats, unit) => `${unit === "perplexity" ? number(Math.exp(nats)) : fixed(inUnit(nats, unit), 3)}\u00a0${unitWord(unit)}`;

/** What one pays more for a wrong guess: a sum in nats and bits, a factor in choices. */
export const saidExtra = (nats, unit) => (unit === "perplexity" ? t("{factor} times as many choices", { factor: number(Math.exp(nats)) }) : said(nats, unit));
