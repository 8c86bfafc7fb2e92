/** What the charts of groups draw, and the sentence under each: answers of the server in, labels, series and words out. */
import { count, fixed, percent } from "../kit/format.js";
import { t } from "../kit/words.js";
import { nameOf } from "../surprise/captions.js";

const FEW = 30; // tokens; of fewer, a mean says little
const MOST_OF_IT = 0.9;

const known = (state) => [state.now, state.then].filter(Boolean);

/** "1", "4–5" */
export const rangeText = ({ from, to }) => (from === to ? String(from) : `${count(from)}–${count(to)}`);

/** "300", "3 k": where a group of frequencies begins. */
const fromText = ({ from }) => (from < 1000 ? String(from) : from < 1e6 ? `${from / 1000}\u00a0k` : `${from / 1e6}\u00a0M`);

/** One spec: {labels, series: [{name, rows}], caption, words(row, index)}; rows without tokens are null. */
function specOf(state, rowsOf, key, caption, words) {
  const answers = known(state).filter((answer) => rowsOf(answer));
  const order = new Map();
  for (const answer of answers) for (const row of rowsOf(answer)) order.set(key(row), row);
  const rows = [...order.values()].sort((first, second) => (first.from ?? first.k) - (second.from ?? second.k));
  const series = answers.map((answer) => {
    const own = new Map(rowsOf(answer).map((row) => [key(row), row]));
    return { name: nameOf(answer, state), rows: rows.map((row) => { const found = own.get(key(row)); return found && (found.n ?? 1) ? found : null; }) };
  });
  return { labels: rows.map(key), series, caption: answers.includes(state.now) ? caption(state.now) : caption(null), words: (index) => words(rows[index], series.map(({ name, rows: own }) => ({ name, row: own[index] }))) };
}

const valued = ({ name, row }, many) => {
  const text = row ? t("{loss} ± {error} nats, {count} tokens", { loss: fixed(row.loss), error: fixed(row.error), count: row.n }) : t("no such token");
  return many ? `${name}: ${text}` : text;
};

export const positionSpec = (state) => specOf(state, ({ position }) => position, rangeText, positionCaption,
  (row, all) => `${t("{range} tokens before it", { range: rangeText(row) })}: ${all.map((one) => valued(one, all.length > 1)).join(" · ")}`);

function positionCaption({ position }) {
  const known = position.filter(({ n }) => n >= FEW);
  if (known.length < 2) return "";
  const [first] = known;
  const best = known.reduce((found, row) => (row.loss < found.loss ? row : found));
  const values = { first: fixed(first.loss), best: fixed(best.loss), range: rangeText(best) };
  if (first.loss - best.loss <= 2 * Math.hypot(first.error, best.error)) return t("With one token to go by it loses {first} nats, at best {best}: so far, the context helps no more than chance would show.", values);
  const enough = known.find(({ loss }) => first.loss - loss >= MOST_OF_IT * (first.loss - best.loss));
  return t("With one token to go by it loses {first} nats, with {range} tokens {best}. Nine tenths of that saving is there with {enough} tokens.", { ...values, enough: enough.to });
}

export const frequencySpec = (state) => specOf(state, ({ frequency }) => frequency, fromText, frequencyCaption,
  (row, all) => `${t("met {range} times in training", { range: rangeText(row) })}: ${all.map((one) => `${valued(one, all.length > 1)}${one.row ? ` (${t("{kinds} different", { kinds: one.row.kinds })})` : ""}`).join(" · ")}`);

function frequencyCaption(answer) {
  if (!answer) return t("How often training met its tokens is not known here.");
  const rows = answer.frequency.filter(({ n }) => n >= FEW);
  if (rows.length < 2) return "";
  const [rare, common] = [rows[0], rows.at(-1)];
  return t("Tokens met {rare} times cost {rareLoss} nats, those met {common} times {commonLoss}. What is rare is hard twice over: it is unlikely, and there was little to learn it from.",
    { rare: rangeText(rare), rareLoss: fixed(rare.loss), common: rangeText(common), commonLoss: fixed(common.loss) });
}

export const topSpec = (state) => ({
  ...specOf(state, ({ top }) => top.map((row) => ({ ...row, n: 1, loss: row.share })), ({ k }) => String(k), topCaption,
    (row, all) => `${t("among its first {k}", { k: row.k })}: ${all.map(({ name, row: own }) => (own ? `${all.length > 1 ? `${name}: ` : ""}${percent(own.share)} ± ${percent(own.error)}` : "")).filter(Boolean).join(" · ")}`),
});

function topCaption({ top }) {
  const five = top.find(({ k }) => k === 5);
  return t("Its first choice is right for {one} of the tokens, and the true token is among its first five for {five}. Being right more often and losing less are not the same: accuracy counts only who came first.", { one: percent(top[0].share), five: five ? percent(five.share) : "–" });
}
