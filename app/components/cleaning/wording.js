/** The sentences about cleaning, each computed from its counts. */
import { percent } from "../kit/format.js";
import { t } from "../kit/words.js";

export const grouped = (value) => value.toLocaleString("en-US");

const fewer = ([before, after]) => before - after;

/** What one step did, in a few words beside its name. */
export function effectText({ characters, lines, documents, changed }) {
  const parts = [];
  const [out, gone, dropped] = [characters, lines, documents].map(fewer);
  if (out > 0) parts.push(t("−{count} characters", { count: grouped(out) }));
  if (out < 0) parts.push(t("+{count} characters", { count: grouped(-out) }));
  if (gone > 0) parts.push(t("−{count} lines", { count: grouped(gone) }));
  if (gone < 0) parts.push(t("+{count} lines", { count: grouped(-gone) }));
  if (dropped > 0) parts.push(t("−{count} documents", { count: grouped(dropped) }));
  if (!parts.length && changed) parts.push(t("same length, other characters"));
  return parts.length ? parts.join(" · ") : t("nothing to do");
}

/** What was changed, in a sentence; `title` is the step's, or null for all of them. */
export function changeText(title, { characters, documents, changed }) {
  const [before, after] = characters;
  const words = { title, before: grouped(before), after: grouped(after), changed: grouped(changed), share: percent(Math.abs(before - after) / Math.max(1, before)), documents: grouped(documents[0]), dropped: grouped(fewer(documents)) };
  if (before === after && !changed) return title ? t("“{title}” found nothing to change in this text.", words) : t("The steps that are on found nothing to change in this text.");
  const what = sizeText(title, before, after, words);
  if (documents[0] < 2) return what;
  return `${what} ${fewer(documents) ? t("Of {documents} documents {changed} are changed and {dropped} are gone.", words) : t("Of {documents} documents {changed} are changed.", words)}`;
}

function sizeText(title, before, after, words) {
  if (before === after) return title ? t("“{title}” changes characters, not their number.", words) : t("The text is as long as before, with other characters.");
  if (after > before) return title ? t("“{title}” makes the text {share} longer.", words) : t("The text grows from {before} to {after} characters.", words);
  return title ? t("“{title}” takes out {share} of the text that it gets.", words) : t("Of {before} characters {after} are left: {share} are out.", words);
}
