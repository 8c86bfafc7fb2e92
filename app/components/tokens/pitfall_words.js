/** The sentences to the examples of what goes wrong: what to look at, with the numbers of this tokenizer. */
import { quotedToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";

export const verdictName = (verdict) => ({
  here: t("it happens with this tokenizer"), partly: t("it happens a little with this tokenizer"), "not here": t("it does not happen with this tokenizer"),
})[verdict] ?? "";

export const exampleName = (name) => ({
  unknown: t("unseen characters"), numbers: t("numbers"), space: t("a space at the end"), glitch: t("tokens never met"), spelling: t("spelling"),
})[name] ?? name;

export function exampleSentence({ name, verdict, values }) {
  const words = SENTENCES[name]?.[verdict] ?? SENTENCES[name]?.here;
  return words ? words(values) : "";
}

const famous = () => t("Each of these user names is one token: they were frequent on the pages that this tokenizer learned from, and nearly absent where the model learned. So their vectors stayed as chance drew them, and whoever wrote “SolidGoldMagikarp” got nonsense.");

const never = (values) => t("These tokens are in the vocabulary but never in the training text: {never} of {size} are. Their vectors stay as chance drew them; in GPT-2 “SolidGoldMagikarp” was such a token, and whoever wrote it got nonsense.", values);
const madeByMerging = () => t("BPE made them as a step towards longer tokens, which then took their place.");

const SENTENCES = {
  unknown: {
    here: (values) => t("Look at the tokens <unk>: {lost} of these characters never occurred in the training text, so this tokenizer has no number for them. The model gets the same number for each of them, and what they were is lost.", values),
    partly: (values) => t("Look at the boxed bytes: {bytes} of the {tokens} tokens spell characters that have no token of their own. Nothing is lost, but such text is long and costs more.", values),
    "not here": () => t("Every one of these characters has a token of its own here."),
  },
  numbers: {
    here: (values) => (values.lost
      ? t("Look at the digits: this tokenizer has never met them, so all numbers look the same to the model.")
      : t("Look where the numbers are cut: numbers of {digits} digits are cut in {ways} different ways here. The model has to learn sums for each of them anew.", values)),
    "not here": (values) => t("Every digit is cut off by itself here: numbers of {digits} digits always become {pieces} tokens. That makes sums easier to learn, and long numbers expensive.", values),
  },
  space: {
    here: ({ word, id }) => t("Look at the two line ends: {word} is one token, {id}, with its space inside. A prompt that ends with a space has spent that space already, so the model cannot write this token any more and must go on with one that begins without a space, which is rare.", { word: quotedToken(word), id }),
    "not here": () => t("A space is a token of its own wherever it stands here, so a space at the end of a prompt does no harm."),
  },
  glitch: {
    here: (values) => (values.known ? famous() : [never(values), values.merged ? madeByMerging() : ""].join(" ").trim()),
    partly: (values) => t("All pieces of words here occur in the training text. Only {bytes} single bytes do not: they wait for characters that the text never held.", values),
    "not here": () => t("Every token of this vocabulary occurs in the training text: none is left untrained."),
  },
  spelling: {
    here: ({ word }) => t("{word} is one token: the model gets one number and none of its letters, so it cannot count or turn them around unless it learned them elsewhere. Spelled with hyphens, the same letters are other tokens.", { word: quotedToken(word) }),
    "not here": () => t("Letters are tokens here: the model sees every one of them, so spelling is the easiest of its tasks."),
  },
};
