/** The text with its next token hidden, a field to type guesses in, and the chips on each. */
import { element, setText } from "../kit/dom.js";
import { percent } from "../kit/format.js";
import { tokenSpan, visibleToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { CHIPS, placed, shareOf } from "./game.js";

const OFFERED = 8;

/** Tokens that begin with what was typed, the token itself first, then the shorter ones. */
export function matching(words, typed) {
  if (!typed) return [];
  const found = [];
  words.forEach((word, id) => { if (word.startsWith(typed)) found.push({ id, word }); });
  return found.sort((one, other) => one.word.length - other.word.length || one.id - other.id).slice(0, OFFERED);
}

export function createTable(store, { put, reveal, next }) {
  const text = element("p", { class: "guess-text mono", aria: { live: "polite" } });
  const field = element("input", { class: "guess-field mono", type: "text", autocomplete: "off", autocapitalize: "off", spellcheck: "false", maxlength: "40", aria: { label: t("Type a token: each time it gets a chip") } });
  const offers = element("div", { class: "guess-offers" });
  const blanks = element("div", { class: "guess-offers" });
  const chips = element("div", { class: "guess-chips" });
  const rest = element("p", { class: "note" });
  const go = element("button", { type: "button", class: "button primary", on: { click: () => (store.state.answer ? next() : reveal()) } });
  const add = (id) => { put(id, (store.state.chips[id] ?? 0) + 1); field.value = ""; offer(); };
  const chip = ({ id, word }) => element("button", { type: "button", class: "button small mono", text: visibleToken(word), on: { click: () => { add(id); field.focus(); } } });
  const lone = () => store.state.words.every((word) => [...word].length <= 1 || word.startsWith("<"));

  function offer() {
    offers.replaceChildren(...(store.state.words ? matching(store.state.words, field.value).map(chip) : []));
  }
  field.addEventListener("input", () => {
    const { words, answer } = store.state;
    const exact = answer || !words || !lone() ? -1 : words.indexOf(field.value);
    if (exact >= 0) add(exact); // letter by letter, a key is a chip
    else offer();
  });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    const first = store.state.words && matching(store.state.words, field.value)[0];
    if (store.state.answer) next();
    else if (!field.value) reveal();
    else if (first) add(first.id);
  });
  store.watch(["hidden", "answer"], ({ hidden, answer }) => {
    if (!hidden) return;
    const last = answer ? tokenSpan(answer.rows.find(({ id }) => id === answer.truth).text) : element("span", { class: "token", text: "?" });
    last.classList.add("guess-hidden");
    text.replaceChildren(...hidden.before.flatMap((token) => (token.endsWith("\n") ? [tokenSpan(token), element("br")] : [tokenSpan(token)])), last);
    setText(go, answer ? t("Next (Enter)") : t("Show what comes (Enter)"));
    offer();
  });
  store.watch(["words"], ({ words }) => {
    const kinds = words ? [" ", "\n"].map((word) => ({ id: words.indexOf(word), word })).filter(({ id }) => id >= 0) : [];
    blanks.replaceChildren(...kinds.map(chip));
  });
  store.watch(["chips", "hidden", "answer", "busy"], (state) => {
    if (!state.hidden || !state.words) return;
    const ids = Object.keys(state.chips).map(Number);
    const kept = new Map([...chips.children].map((row) => [Number(row.dataset.id), row]));
    const rows = ids.map((id) => kept.get(id) ?? chipRow(id, state.words[id], put));
    if (rows.length !== chips.children.length || rows.some((row, place) => row !== chips.children[place])) chips.replaceChildren(...rows);
    for (const row of rows) {
      const slider = row.querySelector("input");
      slider.value = String(state.chips[row.dataset.id]);
      slider.disabled = Boolean(state.answer);
      setText(row.querySelector(".number"), percent(shareOf(state.chips, row.dataset.id, state.hidden.vocabulary)));
    }
    const spare = CHIPS - placed(state.chips);
    setText(rest, t("{spare} of {chips} chips are spread evenly over all {vocabulary} tokens; one always is. So nothing has probability 0, and the worst surprise is ln({chips} · {vocabulary}) = {worst} nats.", { spare, chips: CHIPS, vocabulary: state.hidden.vocabulary, worst: Math.log(CHIPS * state.hidden.vocabulary).toFixed(2) }));
    go.disabled = state.busy;
  });
  return element("section", { class: "panel", aria: { label: t("What comes next?") } },
    element("div", { class: "panel-heading" }, element("h2", { text: t("What comes next?") }), element("span", { class: "note", text: t("text that the run was not trained on") })),
    text, element("div", { class: "guess-row" }, field, blanks, go), offers, chips, rest);
}

function chipRow(id, word, put) {
  const slider = element("input", { type: "range", min: "0", max: String(CHIPS - 1), step: "1", aria: { label: t("Chips on {token}", { token: visibleToken(word) }) } });
  slider.addEventListener("input", () => put(id, Number(slider.value)));
  return element("div", { class: "guess-chip", "data-id": String(id) }, tokenSpan(word), slider, element("span", { class: "number" }));
}
