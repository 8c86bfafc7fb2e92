/** The sentences that the data writes; they are also the text for screen readers. */
import { number, percent } from "../kit/format.js";
import { quotedToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { OTHERS } from "./sampling.js";

const NO_CHOICE = 0.02; // bits: below this, speaking of a choice would mislead
const WIDE = 0.15; // attention below this share: no single place deserves a name

/** How one candidate is called in a sentence; `texts` maps ids to tokens. */
function nameOf({ id, count }, texts) {
  return id === OTHERS ? t("one of the {count} others", { count }) : quotedToken(texts[id]);
}

function likelihood(rank) {
  const words = [
    t("the most likely"), t("the second most likely"), t("the third most likely"), t("the fourth most likely"), t("the fifth most likely"),
  ];
  return words[rank] ?? t("number {rank} in likelihood", { rank: rank + 1 });
}

function mood(bits) {
  const count = number(2 ** bits);
  if (bits < NO_CHOICE) return t("No other candidate has a real share.");
  if (bits < 0.7) return t("The model is nearly sure here: as if choosing among {count} equal candidates.", { count });
  if (bits < 2) return t("The model leans one way here: as if choosing among {count} equal candidates.", { count });
  if (bits < 3.3) return t("The model hesitates here: as if choosing among {count} equal candidates.", { count });
  return t("Almost anything could follow here: as if choosing among {count} equal candidates.", { count });
}

function landing(now, draw, texts, asWritten) {
  const { candidates, chosen } = now;
  const values = { draw: draw.toFixed(3), token: nameOf(chosen, texts), share: percent(chosen.probability), rank: likelihood(chosen.rank) };
  if (chosen.rank === 0) {
    return asWritten
      ? t("The draw {draw} falls in the first slice: {token} ({share}, the most likely).", values)
      : t("As set now, the draw {draw} falls in the first slice: {token} ({share}, the most likely).", values);
  }
  const skipped = candidates.slice(0, chosen.rank);
  const [first, second] = skipped.map((candidate) => nameOf(candidate, texts));
  values.passed = [first, t("{first} and {second}", { first, second })][skipped.length - 1] ?? t("{count} likelier candidates", { count: skipped.length });
  if (chosen.id === OTHERS) return t("The draw {draw} falls past {passed} and lands among the others ({share}).", values);
  return asWritten
    ? t("The draw {draw} falls past {passed} and lands on {token} ({share}, {rank}).", values)
    : t("As set now, the draw {draw} falls past {passed} and lands on {token} ({share}, {rank}).", values);
}

/** The numbers of that sentence as it writes them, in its order, each with the name that the server knows it by. */
export function captionNumbers({ now: { chosen, entropy }, draw, settings }) {
  const warm = settings.temperature > 0;
  return [
    [draw.toFixed(3), "choice.u"], ...(warm && chosen.id !== OTHERS ? [[percent(chosen.probability), "choice.final", chosen.id]] : []),
    ...(warm ? [[likelihood(chosen.rank), "choice.drawn"], [number(2 ** entropy), "choice.choices"]] : []),
  ];
}

/** One or two sentences on how the token of this step came to be. */
export function captionOf({ step, then, now, draw, texts, settings, asWritten }) {
  if (step.putIn && asWritten) return putInWords(then.chosen, now, draw, texts);
  if (settings.temperature === 0) {
    return t("Temperature 0 always takes the most likely candidate, {token}: the draw {draw} decides nothing.", {
      token: nameOf(now.chosen, texts), draw: draw.toFixed(3),
    });
  }
  return `${landing(now, draw, texts, asWritten)} ${mood(now.entropy)}`;
}

/** A token that the reader put in: what it would have had, and what the draw would have picked. */
function putInWords(chosen, now, draw, texts) {
  const values = { token: nameOf(chosen, texts), share: percent(chosen.probability), draw: draw.toFixed(3), other: nameOf(now.chosen, texts) };
  const own = chosen.id === now.chosen.id
    ? t("You put {token} in ({share}); the draw {draw} would have picked it too.", values)
    : t("You put {token} in ({share}); the draw {draw} would have picked {other}.", values);
  return `${own} ${mood(now.entropy)}`;
}

export function verdictOf({ step, asWritten, then, now, texts }) {
  const [before, after] = [nameOf(then.chosen, texts), nameOf(now.chosen, texts)];
  if (asWritten) return t("Move a slider: the draw stays, the slices move under it.");
  if (step.putIn) return t("You put {token} in; as set now, the draw picks {other}.", { token: before, other: after });
  return before === after ? t("Still {token}.", { token: before }) : t("Here {before} becomes {after}.", { before, after });
}

export function changesOf({ asWritten, changed, count }) {
  if (asWritten) return t("The tick under each slider marks how this text was written.");
  if (changed === 0) return t("None of the {count} choices would change, each judged with the text before it as written.", { count });
  return t("{changed} of the {count} choices would change (dashed in the text), each judged with the text before it as written.", { changed, count });
}

/** Why a candidate was taken out, in numbers. */
export function cutReason({ cut, rank }) {
  if (!cut) return "";
  if (cut.by === "min-p") return t("under {limit} of the top", { limit: cut.limit });
  if (cut.by === "top-k") return t("rank {rank} is past {limit}", { rank: rank + 1, limit: cut.limit });
  return t("{limit} is already covered", { limit: cut.limit });
}

/** Where the last token before the choice looked; weights run from the oldest visible token to that one. */
export function attentionWords({ weights, tokens, layer, chosen }) {
  const last = weights.length - 1;
  const byWeight = weights.map((weight, place) => ({ weight, back: last - place, token: tokens[place] })).sort((one, other) => other.weight - one.weight);
  const [first, second] = byWeight;
  const values = { chosen, layer: layer + 1, share: percent(first.weight) };
  if (first.weight < WIDE) return t("Before {chosen}, layer {layer} looks widely: no place has more than {share}.", values);
  values.first = placeWords(first);
  if (!second) return t("Before {chosen}, layer {layer} looks at {first} ({share}).", values);
  return t("Before {chosen}, layer {layer} looks most at {first} ({share}), then at {second} ({next}).", {
    ...values, second: placeWords(second), next: percent(second.weight),
  });
}

function placeWords({ back, token }) {
  const name = quotedToken(token);
  if (back === 0) return t("{token} itself, the last one", { token: name });
  if (back === 1) return t("{token} one back", { token: name });
  return t("{token} {count} back", { token: name, count: back });
}

/** Which weights wrote the text, and whether they are still learning. */
export function provenance({ state, steps, checkpoint_step: newest, message }, step, at) {
  const values = { step, steps, message };
  if (!steps) return t("Written by a model that was trained elsewhere.");
  if (at !== null && step !== newest) return t("Written by this run as it was at step {step} of {steps}.", values);
  if (!["done", "failed", "stopped"].includes(state)) return t("Written by this run at step {step} of {steps}. It is still training: Write takes its newest checkpoint.", values);
  if (state === "failed") return t("Written by this run at step {step} of {steps}, its last checkpoint: the run failed later. {message}", values);
  return t("Written by this run at step {step} of {steps}.", values);
}
