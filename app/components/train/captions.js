/** The sentences that the data write, and the words of units and metrics. */
import { fixed, number, percent } from "../kit/format.js";
import { rungName } from "../kit/ladder.js";
import { quotedToken, visibleToken, wordAround } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { bitsPerByte, newestRow } from "./measures.js";

const GAP_WORTH_A_WARNING = 0.3;
const RISE_WORTH_A_WARNING = 0.05;
const SAME_TABLE = 0.001; // nats
const NEAR_CHANCE = 0.02; // of ln V
const LONGEST_CONTEXT = 24;

/** What one token of the run is called. */
export function unitOf(tokenizer) {
  if (tokenizer === "char") return { many: t("characters"), loss: t("nats per character") };
  if (tokenizer === "byte") return { many: t("bytes"), loss: t("nats per byte") };
  return { many: t("tokens"), loss: t("nats per token") };
}

export function metricWords(name) {
  const known = {
    learning_rate: { title: t("learning rate"), unit: "" },
    grad_norm: { title: t("gradient norm"), unit: "" },
    tokens_per_second: { title: t("speed"), unit: t("tokens/s") },
    update_ratio: { title: t("update / weight"), unit: "" },
    energy_wh: { title: t("energy"), unit: "Wh" },
  };
  return known[name] ?? { title: name.replaceAll("_", " "), unit: "" };
}

/** What to look for in the loss picture. */
export function lossCaption(summary, { depth, status }, about) {
  if (!summary.newest && !status) return "";
  if (!summary.newest) return t("No loss yet: the first one appears a few seconds after the start.");
  const isLast = status?.state === "done" && summary.newest.step === status.steps;
  const measured = isLast ? t("This last measurement is of all of the validation text, those before are of a sample.") : "";
  return inARow(depth === "maths" ? lossMaths(summary, about) : lossStory(summary, about), measured);
}

function lossStory({ newest, best, train, rungs }, about) {
  const choices = unsureSentence(newest, rungs, about);
  if (about.causal === false) return inARow(choices, t("But it reads the next one instead of guessing it: that says nothing of what it has learned."));
  if (about.counts) return inARow(choices, t("Each piece of the text is guessed before it is counted, so training too is measured on text not yet seen."), ladderOfCounts(newest, rungs, about));
  const rose = newest.value - best.value > RISE_WORTH_A_WARNING;
  return inARow(choices, rose ? "" : ladderSentence(rungs, about), gapSentence(newest, best, train));
}

/** How unsure it is; at chance and above, blind guessing is what to compare it with. */
function unsureSentence({ step, value }, rungs, about) {
  const chance = rungs.find(({ name }) => name === "uniform")?.value;
  const words = { step, loss: fixed(value), chance: fixed(chance), choices: number(Math.exp(value)), units: unitOf(about.tokenizer).many };
  if (value > chance * (1 + NEAR_CHANCE)) return t("At step {step} its loss of {loss} is worse than blind guessing ({chance}): it is sure of wrong {units}.", words);
  if (value > chance * (1 - NEAR_CHANCE)) return t("At step {step} it does no better than blind guessing: its loss is {loss}, and calling all {units} equally likely costs ln V = {chance}.", words);
  return t("At step {step} it is as unsure as if it chose between {choices} equally likely {units}.", words);
}

/** A table that has counted the whole text is the very model of one of the rungs. */
function ladderOfCounts(newest, rungs, about) {
  const same = rungs.find(({ value }) => Math.abs(value - newest.value) < SAME_TABLE);
  return same ? t("It has become the model of the rung “{rung}”.", { rung: rungName(same.name) }) : ladderSentence(rungs, about);
}

/** One sentence after the other, as the language writes them. */
const inARow = (...sentences) => sentences.filter(Boolean).reduce((first, second) => t("{first} {second}", { first, second }));

function ladderSentence(rungs, about) {
  if (!rungs.length) return "";
  const next = rungs.filter((rung) => !rung.reached).reduce((highest, rung) => (!highest || rung.value > highest.value ? rung : highest), null);
  const passed = rungs.filter((rung) => rung.reached);
  if (next) return t("The next rung is “{rung}” at {loss}.", { rung: rungName(next.name), loss: fixed(next.value) });
  const last = passed.at(-1);
  const sentence = t("It left the last rung, “{rung}”, behind at step {step}.", { rung: rungName(last.name), step: last.beatenAt });
  if (!passed.some((rung) => rung.name === "trigram")) return sentence;
  return inARow(sentence, t("It uses more than two {units} of context.", { units: unitOf(about.tokenizer).many }));
}

function gapSentence(newest, best, train) {
  if (newest.value - best.value > RISE_WORTH_A_WARNING) {
    const words = { step: best.step, loss: fixed(best.value) };
    return train !== null && train < best.value - RISE_WORTH_A_WARNING
      ? t("Validation was best at step {step} ({loss}) and has risen since: it memorises.", words)
      : t("Validation was best at step {step} ({loss}) and has risen since.", words);
  }
  if (train === null || newest.step < 2) return "";
  const gap = newest.value - train;
  const size = fixed(Math.abs(gap));
  if (gap < -GAP_WORTH_A_WARNING) return t("Training is {gap} above validation: its newest steps went astray, or their text was harder.", { gap: size });
  if (gap > GAP_WORTH_A_WARNING) return t("Validation is {gap} above training: it begins to memorise.", { gap: size });
  return t("Training and validation differ by {gap}: what it learns also holds for text it has not seen.", { gap: size });
}

function lossMaths({ newest }, about) {
  const loss = number(newest.value);
  return t("H(p, q) = −Σ p ln q = {loss} {unit} = {bits} bits. Perplexity e^{loss} = {perplexity}.", {
    loss, unit: unitOf(about.tokenizer).loss, bits: number(newest.value / Math.LN2), perplexity: number(Math.exp(newest.value)),
  });
}

/** What the energy so far is: measured, or by which estimate. 0 watts stand for a measurement. */
function energyReading(run, rowCount) {
  const values = run.columns.energy_wh ?? [];
  const row = newestRow(values, rowCount);
  if (row < 0) return [{ kind: "", name: t("energy so far"), value: "–", unit: "" }];
  const watts = run.columns.watts_per_core ?? [];
  const source = newestRow(watts, rowCount);
  const unit = source >= 0 && watts[source] > 0
    ? t("estimate: CPU time × {watts} W per core", { watts: watts[source] })
    : t("measured by the processor (RAPL)");
  return [{ kind: "", name: t("energy so far"), value: `${number(values[row])}\u00a0Wh`, unit }];
}

/** Present values in numbers: [name, value, unit] each. */
export function readings(summary, run, about, rowCount) {
  const { newest, train } = summary;
  const bits = newest && (newest.bits ?? bitsPerByte(newest.value, run.facts));
  return [
    { kind: "validation", name: t("validation"), value: newest ? fixed(newest.value) : "–", unit: unitOf(about.tokenizer).loss },
    { kind: "train", name: t("train, recent mean"), value: train === null ? "–" : fixed(train), unit: "" },
    { kind: "", name: t("fair for any tokenizer"), value: number(bits), unit: t("bits per byte") },
    { kind: "", name: t("as if choosing between"), value: newest ? number(Math.exp(newest.value)) : "–", unit: unitOf(about.tokenizer).many },
    ...energyReading(run, rowCount),
  ];
}

/** What to look for in the probe sentence. */
export function probeCaption(summary, point, depth, about) {
  if (!summary) return "";
  const { mean, count, hardest, easiest } = summary;
  const unit = unitOf(about.tokenizer).loss;
  if (depth === "maths") {
    return t("surprise = −ln q({token}) = −ln {probability} = {loss} nats; the mean of {count} is {mean} {unit}.", {
      token: quotedToken(hardest.token), probability: number(Math.exp(-hardest.loss)), loss: number(hardest.loss), count, mean: number(mean), unit,
    });
  }
  return t("At step {step} it is most surprised by {hardest} ({low} expected) and surest of {easiest} ({high}). On average {mean} {unit}.", {
    step: point.step, hardest: named(point.tokens, hardest), low: percent(Math.exp(-hardest.loss)),
    easiest: named(point.tokens, easiest), high: percent(Math.exp(-easiest.loss)), mean: number(mean), unit,
  });
}

/** “n” in “yonder”: a lone character says too little. */
function named(tokens, { token, position }) {
  const word = wordAround(tokens, position);
  const quoted = quotedToken(token);
  return word && word !== visibleToken(token) && word.length <= LONGEST_CONTEXT ? t("{token} in {word}", { token: quoted, word: `“${word}”` }) : quoted;
}

export function chipLabel(token, loss) {
  const name = quotedToken(token);
  if (loss === null) return t("{token}: the first token, nothing to predict it from", { token: name });
  return t("{token}: surprise {loss} nats, expected with {probability}", { token: name, loss: number(loss), probability: percent(Math.exp(-loss)) });
}
