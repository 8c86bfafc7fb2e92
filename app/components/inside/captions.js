/** What happens at a stop and what to look for, from its own numbers: one sentence, also for screen readers. */
import { fixed, number, percent } from "../kit/format.js";
import { quotedToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";

/** The numbers of one token in a tensor; null where they are not here. */
export function rowAt(tensor, row) {
  if (!tensor || row < tensor.first || row >= tensor.first + tensor.rows) return null;
  return tensor.values.subarray((row - tensor.first) * tensor.columns, (row - tensor.first + 1) * tensor.columns);
}

const length = (row) => Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
const spread = (row) => Math.sqrt(row.reduce((sum, value) => sum + value * value, 0) / row.length);
const largestAt = (row) => row.reduce((best, value, at) => (value > row[best] ? at : best), 0);

/** state: stops, at, row, head, tensors, overview */
export function captionOf({ stops, at, row, head, tensors, overview }) {
  const stop = stops[at];
  const { tokens, sizes, ids } = overview;
  const rows = stop.made.map((made) => rowAt(tensors[made.key], row));
  const read = stop.made[0].reads.map((key) => rowAt(tensors[key], row));
  const figures = { ...sizes, token: quotedToken(tokens[row]), head: head + 1, place: row };
  if (rows.some((each) => each === null)) return "";
  return (WORDS[stop.name] ?? (() => ""))({ figures, rows, read, tokens, id: ids[row], overview, stop, row });
}

const WORDS = {
  embed: ({ figures, id }) => t("Each of the {T} tokens becomes {C} learned numbers: {token} is row {id} of the table.", { ...figures, id }),
  shift: ({ figures, rows, row }) => (row === 0
    ? t("Each token also gets a learned share of the one before it. Nothing stands before the first: its row is 0.")
    : t("Each token also gets a learned share of the one before it: what comes to {token} is {long} long.", { ...figures, long: number(length(rows[0])) })),
  positions: ({ figures, overview }) => (overview.switches.positions === "learned"
    ? t("Attention alone sees no order, so a learned row for place {place} will be added.", figures)
    : t("Attention alone sees no order, so waves of many lengths, read off at place {place}, will be added.", figures)),
  sum: ({ figures, rows }) => t("Added up, this is where the residual stream begins. The row of {token} is {long} long.", { ...figures, long: number(length(rows[0])) }),
  "norm 1": normWords, "norm 2": normWords, "final norm": normWords,
  heads: ({ figures }) => (figures.K < figures.H
    ? t("Three matrices make queries, keys and values of each row, {D} numbers each. {K} heads of keys and values serve {H} heads of queries.", figures)
    : t("Three matrices make a query, a key and a value of each row: {D} numbers of each in every one of {H} heads.", figures)),
  unit: ({ figures, read }) => t("Every query and key is brought to one length, so that only their directions are compared. The query of {token} was {long} long.", { ...figures, long: number(length(read[0])) }),
  turn: ({ figures }) => t("Pairs of numbers are turned by an angle that grows with the place: for {token}, at place {place}, the fastest pair by {place} radians. What is then compared is how far apart two tokens stand.", figures),
  gain: ({ figures, rows, read }) => t("Head {head} multiplies its queries by {gain}, which it has learned: the larger, the sharper it looks.", { ...figures, gain: number(length(rows[0]) / (length(read[0]) || 1)) }),
  products: ({ figures, rows, tokens }) => t("Each query meets each key: {D} products, added up. For {token} the highest is with {other}: {score}.", { ...figures, ...bestOf(rows[0], tokens) }),
  scale: ({ figures }) => t("All are divided by √{D} = {root}, so that wide heads score no higher than narrow ones.", { ...figures, root: number(Math.sqrt(figures.D)) }),
  mask: ({ figures, row, tokens }) => (row === tokens.length - 1
    ? t("Later tokens are hidden by −∞. {token} is the last: it sees all {T}.", figures)
    : t("Later tokens are hidden by −∞: {token} sees {seen} of {T}.", { ...figures, seen: row + 1 })),
  pattern: ({ figures, rows, tokens }) => {
    const best = largestAt(rows[0]);
    return t("Scores become shares of 100 %: in head {head}, {token} looks most at {other}, {share}.", { ...figures, other: quotedToken(tokens[best]), share: percent(rows[0][best]) });
  },
  mix: ({ figures, read }) => {
    const counted = [...read[0]].filter((share) => share >= 0.1).length;
    return t("By these shares each token takes the values of those that it looks at. From {counted} of them {token} takes a tenth or more.", { ...figures, counted });
  },
  join: ({ figures }) => t("What the {H} heads found is laid side by side: {H} × {D} = {all} numbers a token.", { ...figures, all: figures.H * figures.D }),
  out: ({ figures, rows }) => t("One matrix mixes what all heads found. What comes to {token} is {long} long.", { ...figures, long: number(length(rows[0])) }),
  "stream 1": streamWords, "stream 2": streamWords,
  up: ({ figures, rows, overview }) => (overview.switches.activation === "swiglu"
    ? t("Now each token thinks for itself: {C} numbers become {M}, twice. One half will open or close the other.", figures)
    : t("Now each token thinks for itself: {C} numbers become {M}. For {token}, {above} of them are above 0.", { ...figures, above: [...rows[0]].filter((value) => value > 0).length })),
  bend: ({ figures, rows }) => t("The bend is what a matrix alone cannot do. After it, {still} of the {M} numbers of {token} are as good as 0.", { ...figures, still: [...rows[0]].filter((value) => Math.abs(value) < 0.01).length }),
  down: ({ figures, rows }) => t("Back to {C} numbers, to be added to the stream. What comes to {token} is {long} long.", { ...figures, long: number(length(rows[0])) }),
  logits: ({ figures, rows, overview }) => (overview.switches.tied
    ? t("Each row is compared with every row of the embedding table itself: {V} scores. The highest after {token} is {score}.", { ...figures, score: fixed(rows[0][largestAt(rows[0])]) })
    : t("Each row is compared with what the model expects before every one of {V} tokens. The highest score after {token} is {score}.", { ...figures, score: fixed(rows[0][largestAt(rows[0])]) })),
  probabilities: ({ figures, overview, row }) => {
    const [[, text, share]] = overview.next[row];
    return t("After {token} the model expects {other} with {share}.", { ...figures, other: quotedToken(text), share: percent(share) });
  },
};

function normWords({ figures, read, rows }) {
  return t("Each row is brought to one scale, then each number gets a learned weight. The numbers of {token} were {before} in size, now {after}.", { ...figures, before: number(spread(read[0])), after: number(spread(rows[0])) });
}

function streamWords({ figures, rows, read, overview, stop }) {
  const found = stop.name === "stream 1" ? t("attention") : t("the MLP");
  if (!overview.switches.residual) return t("This model has no residual stream: what {found} found takes the place of what was there.", { found });
  return t("What {found} found is added: the row of {token} was {before} long, what came is {came}, together {after}.", {
    ...figures, found, before: number(length(read[0])), came: number(length(read[1])), after: number(length(rows[0])),
  });
}

function bestOf(row, tokens) {
  const best = largestAt(row);
  return { other: quotedToken(tokens[best]), score: number(row[best]) };
}

/** The stop as a formula; letters as in the equation of a number. */
export function formulaOf({ made }, overview) {
  const { kind, key, weights } = made[0];
  const bias = weights.length > 1 ? " + b" : "";
  const place = key.split(".").at(-1);
  return {
    lookup: "x = W[id]", shift: "a · x₋₁", table: "P[t]", sinusoid: "sin(t·f), cos(t·f)", sum: made[0].reads.length > 2 ? "x + y + z" : "x + y", same: "x",
    unit: weights.length ? "x / √(mean(x²) + ε) · w" : "x / √(mean(x²) + ε)", layernorm: "(x − mean) / √(var + ε) · w + b",
    linear: place === "logits" ? `W x${bias}` : made.length > 1 && key.includes("attn") ? `q = W_q x${bias}   k = W_k x${bias}   v = W_v x${bias}` : `W x${bias}`,
    turn: "(a cos θ − b sin θ,  b cos θ + a sin θ)", gain: "g · q", dot: "q · k", divide: `x / √${overview.sizes.D}`, mask: "x + (0 | −∞)", softmax: "eˣ / Σ eˣ", mix: "Σ a · v",
    join: "z₁ | z₂ | …", gelu: "x · Φ(x)", gelu_tanh: "≈ x · Φ(x)", relu2: "max(x, 0)²", swiglu: "x · σ(x) · y",
  }[kind] ?? "";
}
