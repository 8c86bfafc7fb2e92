/** The sentences of the film, made from its measured numbers. */
import { count, number, percent } from "../kit/format.js";
import { rungPassed } from "../kit/ladder.js";
import { t } from "../kit/words.js";
import { beaten } from "./measures.js";

/** What a moment's loss means, beside the models that only count. */
export function describe(film, { step, loss }) {
  const rung = beaten(film.ladder, loss);
  const values = { step, loss: number(loss), passed: rung ? rungPassed(rung) : t("no better than chance") };
  return t("At step {step} the loss on unseen text is {loss} nats: {passed}.", values);
}

export function unsureWords(film, loss) {
  const among = number(Math.exp(loss));
  return film.unit === "character"
    ? t("as unsure as among {count} equally likely characters", { count: among })
    : t("as unsure as among {count} equally likely tokens", { count: among });
}

/** The head beside the sample: its number, and how firmly it keeps to one place at this moment. */
export function headWords(film, share) {
  const { layer, head, back } = film.head;
  const name = `${layer + 1}.${head + 1}`;
  if (back === null) return t("Head {name}: mixed", { name });
  const values = { name, share: percent(share), count: back };
  return back === 1 ? t("Head {name} looks one back: {share}", values) : t("Head {name} looks {count} back: {share}", values);
}

export function factsOf(film, seconds) {
  const values = { parameters: count(film.parameters), vocabulary: film.vocabularySize, steps: film.steps, title: film.title, seconds };
  return film.unit === "character"
    ? t("A real run of this app on {title}: {parameters} parameters, {vocabulary} characters, {steps} steps, shown in {seconds} seconds.", values)
    : t("A real run of this app on {title}: {parameters} parameters, {vocabulary} tokens, {steps} steps, shown in {seconds} seconds.", values);
}

export function stateWords({ state, step, steps }) {
  const names = {
    queued: t("waiting"), starting: t("starting"), running: t("running"), paused: t("paused"),
    parked: t("parked"), done: t("finished"), failed: t("failed"), stopped: t("stopped"),
  };
  return `${names[state] ?? state}, ${t("step {step} of {steps}", { step, steps })}`;
}
