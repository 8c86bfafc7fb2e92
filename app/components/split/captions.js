/** The sentences about a split, each computed from its counts. */
import { percent } from "../kit/format.js";
import { t } from "../kit/words.js";

export const grouped = (value) => value.toLocaleString("en-US");

export function splitCaption({ training, validation, documents, many, manyDocuments }) {
  const words = { share: percent(validation / Math.max(1, training + validation)), validation: grouped(validation), documents: grouped(documents), many: manyDocuments };
  if (many) return t("{validation} characters ({share}) are kept aside. There are {documents} documents, more than {many}, so whole ones are drawn at random, with all their copies.", words);
  if (documents === 1) return t("{validation} characters ({share}) are kept aside: the last part of the text, cut at a line end.", words);
  return t("{validation} characters ({share}) are kept aside. There are only {documents} documents, so each keeps its last part aside, cut at a line end.", words);
}

export function stripReading({ strips }, place) {
  return t("at {place} of the text: {share} to test", { place: percent(place / strips.length), share: percent(strips[place]) });
}

/** Plain words on what is normal and what is a leak. */
export function verdictText({ leaks }) {
  const words = { copied: percent(leaks.copied), stretch: leaks.stretch, lines: grouped(leaks.shared_lines), shared: grouped(leaks.shared_documents) };
  if (leaks.verdict === "leak" && leaks.shared_documents) return t("A leak: {shared} documents of the test part stand in the training part too. A model that merely remembers them looks clever. Switch on the cleaning step “Near-copies”.", words);
  if (leaks.verdict === "leak") return t("A leak: {copied} of the test part lies in stretches of {stretch} characters or more that stand in the training part letter for letter. A model that merely remembers them looks clever. The cleaning steps “Repeated lines”, “Near-copies” and “Boilerplate lines” help.", words);
  if (leaks.verdict === "some") return t("A little: {copied} of the test part lies in stretches of {stretch} characters or more that the training part has too, such as headings or refrains. Losses will look a little better than they are.", words);
  return t("No leak: {copied} of the test part lies in stretches of {stretch} characters or more that the training part has too. Short runs come again in every language; that is what a model learns.", words);
}

export const verdictTitle = ({ leaks }) => ({ leak: t("Leak"), some: t("A few copies"), none: t("Clean") })[leaks.verdict];

export function runText(unit, length, share) {
  if (share === null) return t("no text has so many in a row");
  return unit === "words" ? t("{share} of all runs of {length} words in the test part were seen in training", { share: percent(share), length }) : t("{share} of all runs of {length} characters in the test part were seen in training", { share: percent(share), length });
}

export const normalText = () => t("Normal for a language: nearly all runs of 5 characters, some of 10, few of 20; a few runs of 5 words and hardly any of 10. High bars at 20 characters or 10 words mean copies, or a text that says the same in few ways, as generated tasks do.");

export function linesText({ leaks }) {
  const words = { shared: grouped(leaks.shared_lines), lines: grouped(leaks.lines), share: percent(leaks.shared_lines / Math.max(1, leaks.lines)) };
  if (!leaks.lines) return t("The test part has no line of 20 characters or more to look for.");
  if (!leaks.shared_lines) return t("None of its {lines} lines of 20 characters or more stands in the training part.", words);
  return t("{shared} of its {lines} lines of 20 characters or more ({share}) stand in the training part too. The longest:", words);
}
