/** What the picture shows, in sentences computed from the data; a screen reader hears the same. */
import { showNumbers } from "../inside/asked.js";
import { element, setText } from "../kit/dom.js";
import { percent } from "../kit/format.js";
import { quotedToken, wordAround } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { changeSentence as differenceSentence } from "./against.js";
import { headSentence, plainName } from "./names.js";
import { nameNumber, weightNumber } from "./origins.js";
import { storedRow } from "./payload.js";
import { shownHead, shownQuery } from "./view.js";

const WORTH_SAYING = 0.05;

/** headline: what the head does; detail: what this query does; change: how it came about. */
function captionParts(film, state, head, query, measureAt) {
  const moment = state.selected;
  if (state.against) return { ...differenceSentence(film, state, head), change: "" };
  return {
    headline: headSentence(head, measureAt(moment, head), film.tokens),
    detail: querySentence(film, head, query, moment),
    change: changeSentence(film, head, moment, measureAt),
  };
}

function querySentence(film, head, query, moment) {
  if (query === null) return t("Choose a token to follow its lines.");
  const row = storedRow(film, moment, head, query);
  const ranked = mostOf(row);
  const word = wordAround(film.tokens, query);
  const token = quotedToken(film.tokens[query]);
  const who = word ? t("{token} in “{word}”", { token, word }) : token;
  const looks = ranked.map((key) => t("{share} to {target}", { share: percent(row[key]), target: keyPhrase(film, query, key) }));
  if (!looks.length) return t("Here {who} gives no token more than 5 %.", { who });
  if (looks.length === 1) return t("Here {who} gives {first}.", { who, first: looks[0] });
  return t("Here {who} gives {first} and {second}.", { who, first: looks[0], second: looks[1] });
}

const mostOf = (row) => [...row.keys()].sort((a, b) => row[b] - row[a]).slice(0, 2).filter((key) => row[key] >= WORTH_SAYING);

/** The numbers of both sentences under the names that the server knows: what speaks for the name, the weights of the row. */
function captionNumbers(film, state, head, query, measure) {
  if (state.against) return { headline: [], detail: [] };
  const { text, random, score, name } = measure.name === "mixed" ? measure.nearest : measure.measures?.find((one) => one.name === measure.name) ?? {};
  const evidence = name === undefined ? null : nameNumber(film, state, head, name, random !== null && score === random && score !== text);
  const row = query === null ? [] : storedRow(film, state.selected, head, query);
  return { headline: [[percent(measure.score), evidence]], detail: mostOf(row).map((key) => [percent(row[key]), weightNumber(film, state, head, query, key)]) };
}

function keyPhrase(film, query, key) {
  const distance = query - key;
  const token = quotedToken(film.tokens[key]);
  if (distance === 0) return t("itself");
  return distance === 1 ? t("{token} just before", { token }) : t("{token} {distance} back", { token, distance });
}

/** The first moment from which the name held without a break. */
function changeSentence(film, head, moment, measureAt) {
  if (film.moments.length < 2) return "";
  const { name } = measureAt.text(moment, head);
  // Earlier moments have no model to ask on random tokens, so only what the sentence alone says can be compared.
  if (name === "short" || head.combine || name !== measureAt(moment, head).name) return "";
  if (film.moments[moment].step === 0) return t("Untrained: the weights are still random.");
  let since = moment;
  while (since > 0 && measureAt.text(since - 1, head).name === name) since -= 1;
  const step = film.moments[since].step;
  if (since === 0) return t("It has been “{name}” since step {step}.", { name: plainName(name), step });
  const before = plainName(measureAt.text(since - 1, head).name);
  return t("It has been “{name}” since step {step}; before that, “{before}”.", { name: plainName(name), step, before });
}

export function createCaption(film, store, { measureAt, origin }, describe) {
  const [headline, detail, change] = [element("strong"), element("span"), element("span", { class: "muted" })];
  const caption = element("p", { class: "caption quiet", aria: { live: "polite" } }, headline, " ", detail, " ", change);
  store.watch(["locked", "hovered", "isolated", "query", "hoveredQuery", "selected", "combine", "against", "measured"], (state) => {
    const [head, query] = [shownHead(state), shownQuery(state)];
    const parts = captionParts(film, state, head, query, measureAt);
    const numbers = captionNumbers(film, state, head, query, measureAt(state.selected, head));
    showNumbers(headline, parts.headline, numbers.headline, origin);
    showNumbers(detail, parts.detail, numbers.detail, origin);
    setText(change, parts.change);
    describe(`${parts.headline} ${parts.detail}`);
  });
  return caption;
}
