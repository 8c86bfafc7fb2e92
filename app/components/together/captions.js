/** The sentences that the two texts write; they are also the text for screen readers. */
import { fixed, number, percent } from "../kit/format.js";
import { quotedToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";

export const LETTERS = ["A", "B", "C"];

/** Where the texts part, and why there. */
export function partingWords({ rows, texts, partings, sameTokens, sameModel }) {
  if (!rows.length) return "";
  if (sameModel) return t("A and B are one model, so with the same draws they write the same. Choose another run or step for one of them.");
  if (partings[0] === null) return t("So far both texts are the same, {count} tokens long: at each draw both models have the same token there.", { count: rows.length });
  const place = partings[0];
  const [first, second] = rows[place];
  const values = {
    place: place + 1, first: quotedToken(texts[0][first.id]), second: quotedToken(texts[1][second.id]), draw: first.u.toFixed(3),
    own: percent(first.share), other: percent(second.share),
  };
  if (place === partings[1] && sameTokens) {
    return t("They part at token {place}. The words before are the same and so is the draw, {draw}: for A it falls on {first} ({own}), for B on {second} ({other}).", values);
  }
  return t("They part at token {place} of A: there A has {first}.", values);
}

/** How surprised each model is by a text, and how often both agree. */
export function summaryWords({ summaries, sameTokens }) {
  const [first, second] = summaries;
  if (!first.count) return "";
  if (!sameTokens) {
    return t("Their tokens differ, so a token of one has no probability under the other. What can be compared: the text, what each would write next after the very same words at the same draw, and bits per character: A pays {first} for its text, B {second} for its own.", {
      first: fixed(first.perCharacter), second: fixed(second.perCharacter),
    });
  }
  return t("A’s text costs A {own} bits a token and B {other}; B’s text costs B {second} and A {back}. Of A’s {count} tokens B would have chosen {same} too, each judged after A’s words.", {
    own: fixed(first.own), other: fixed(first.other), second: fixed(second.own), back: fixed(second.other), count: first.judged, same: first.same,
  });
}

/** One chip, for the eye that hovers and the ear. */
export function tokenWords({ token, text, other, place, side, letters = LETTERS }) {
  const values = { place: place + 1, token: quotedToken(text), own: percent(token.p), letter: letters[side], rest: letters[1 - side] };
  const base = token.q === null ? t("Token {place}: {token}, {letter} gives it {own}", values)
    : t("Token {place}: {token}, {letter} gives it {own}, {rest} {other}", { ...values, other: percent(token.q) });
  if (token.same === null) return base;
  const verdict = token.same ? t("{rest} would choose the same", values) : t("{rest} would choose {would}", { ...values, would: quotedToken(other) });
  return `${base}; ${verdict}`;
}

/** What one draw does on both lines. */
export function choiceWords({ token, side, own, would }) {
  const values = { draw: token.u.toFixed(3), letter: LETTERS[side], rest: LETTERS[1 - side], token: quotedToken(own), share: percent(token.share) };
  const first = t("The draw {draw} falls on {token} for {letter} ({share} of its line).", values);
  if (token.would === null) return `${first} ${t("The words before end in no whole character, so {rest} cannot read them.", values)}`;
  const second = token.same ? t("For {rest}, after the same words, it falls on {token} too.", values)
    : t("For {rest}, after the same words, it falls on {would}.", { ...values, would: quotedToken(would) });
  if (token.q === null) return `${first} ${second}`;
  const ratio = token.p / Math.max(token.q, 1e-300);
  const times = ratio >= 1 ? t("{letter} finds {token} {times} times as likely as {rest} does.", { ...values, times: number(ratio) })
    : t("{rest} finds {token} {times} times as likely as {letter} does.", { ...values, times: number(1 / ratio) });
  return `${first} ${second} ${times}`;
}

/** A token of the text that A writes where B is taken off it. */
export function contrastWords({ row, texts, place, alpha }) {
  const values = {
    place: place + 1, token: quotedToken(texts[row.id]), own: percent(row.p), other: percent(row.q), score: fixed(Math.log(row.p) - Math.log(row.q)),
    kept: row.kept, alpha, first: quotedToken(texts[row.taken[0]]), second: quotedToken(texts[row.taken[1]]),
  };
  return t("Token {place}: {token}; A itself gives it {own}, B {other}: score ln A − ln B = {score}. Kept are those with at least {alpha} times A’s highest share: {kept}. With the same draw A alone takes {first}, B {second}.", values);
}
