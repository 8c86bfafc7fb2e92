/** What counting leaves out of a long text: {counted, training} tokens -> a sentence; "" where all of it was counted. */
import { count } from "./format.js";
import { t } from "./words.js";

export function countedText({ counted, training }) {
  if (counted >= training) return "";
  return t("Counted were the first {counted} of the {training} tokens of the training text.", { counted: count(counted), training: count(training) });
}
