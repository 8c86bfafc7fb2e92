/** The picture: both columns with their texts, the sentence under them, the choice in hand, and all values. */
import { withNumbers } from "../inside/asked.js";
import { element, setText } from "../kit/dom.js";
import { fixed, percent } from "../kit/format.js";
import { quotedToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { asked, askedBits, figure, givenAt, givenOfThird } from "./asks.js";
import { LETTERS, choiceWords, contrastWords, partingWords, summaryWords, tokenWords } from "./captions.js";
import { partingOf, summary } from "./reading.js";
import { createText } from "./text.js";
import { probabilityCell } from "./values.js";

const AGREED = 0.35; // how strongly a token is tinted that the other model would choose too

export function partsOf({ origin, pickers, colouring, detail, values, transport, contrast, onChoose }) {
  const texts = [0, 1].map((side) => createText({ label: t("Text of {letter}", { letter: LETTERS[side] }), onChoose: (place) => onChoose(side, place) }));
  const figures = [0, 1].map(() => element("p", { class: "note figures-line" }));
  const columns = texts.map((text, side) => element("section", { class: `panel column side-${side}`, aria: { label: LETTERS[side] } }, pickers[side].node, text.node, figures[side]));
  const third = createText({ label: t("Text of {letter}", { letter: LETTERS[2] }), onChoose: (place) => onChoose(2, place) });
  const thirdColumn = element("section", { class: "panel column side-2", aria: { label: LETTERS[2] } }, contrast.head, third.node, contrast.said);
  const frame = element("div", { class: "pair-columns" }, columns, thirdColumn);
  const caption = element("p", { class: "caption" });
  const spoken = element("div", { class: "visually-hidden", role: "status" });
  const node = element("div", { class: "together-body" },
    element("div", { class: "colour-row" }, element("span", { class: "label muted", text: t("Colour of the tokens") }), colouring.group, contrast.toggle),
    frame, caption, detail.node, values.node, transport.node, spoken);

  function draw(state) {
    const { rows, models, at, playing } = state;
    const side = state.side === 2 && !state.third?.rows[at] ? 0 : state.side; // C comes later than A and B
    node.classList.toggle("empty", !rows.length);
    thirdColumn.hidden = !state.third;
    frame.style.setProperty("--columns", state.third ? 3 : 2);
    transport.update({ at: Math.max(at, 0), last: Math.max(rows.length - 1, 0), playing, words: "" });
    if (!models || !rows.length) {
      texts.forEach((text) => text.draw({ tokens: [], prompt: [], at: -1, chosen: null, parting: null, tints: [], marks: [], words: () => "" }));
      return;
    }
    const tokens = [0, 1].map((column) => rows.map((row) => state.texts[column][row[column].id]));
    const partings = [partingOf(tokens[0], tokens[1]), partingOf(tokens[1], tokens[0])];
    const seen = rows.slice(0, at + 1);
    const summaries = [0, 1].map((column) => summary(rows, column, state.texts[column], at + 1));
    texts.forEach((text, column) => text.draw({
      tokens: tokens[column], prompt: models[column].prompt, at, chosen: column === side ? at : null, parting: partings[column],
      tints: tintsOf(state, column), marks: rows.map((row) => state.colouring === "same" && row[column].same === false),
      words: (place) => wordsOf(state, column, place),
    }));
    summaries.forEach((one, column) => figures[column].replaceChildren(...withNumbers(figuresOf(one, column), [[one.own, column], ...(one.other === null ? [] : [[one.other, 1 - column]])]
      .map(([bits, by]) => [fixed(bits), figure(origin, fixed(bits), askedBits(state, column, by, at))]))));
    columns.forEach((column, place) => column.classList.toggle("in-hand", place === side));
    const shown = [0, 1].map((column) => (partings[column] !== null && partings[column] <= at ? partings[column] : null));
    const parting = partingWords({ rows: seen, texts: state.texts, partings: shown, sameTokens: state.sameTokens, sameModel: state.sameModel });
    setText(caption, state.sameModel ? parting : `${parting} ${summaryWords({ summaries, sameTokens: state.sameTokens })}`);
    drawThird({ ...state, side });
    const words = side === 2 ? drawContrast(state) : wordsOf(state, side, at);
    if (side !== 2) drawChoice({ ...state, side });
    transport.update({ at, last: rows.length - 1, playing, words });
    if (!playing) setText(spoken, words);
    values.show(() => tableOf(state, tokens, origin));
  }

  function drawThird({ third: found, models, at, side, colouring: value, palette }) {
    thirdColumn.classList.toggle("in-hand", side === 2);
    if (!found) return;
    const tints = found.rows.map(({ p, q, taken }) => {
      if (value === "same") return taken[0] === taken[2] ? palette.probabilityRamp.at(AGREED) : palette.page;
      return palette.probabilityRamp.at(value === "own" ? p : q);
    });
    third.draw({
      tokens: found.rows.map(({ id }) => found.texts[id]), prompt: models[0].prompt, at, chosen: side === 2 ? at : null, parting: null, tints,
      marks: found.rows.map(({ taken }) => value === "same" && taken[0] !== taken[2]), words: (place) => contrastWords({ row: found.rows[place], texts: found.texts, place, alpha: found.alpha }),
    });
  }

  /** A, B and the difference of both under one draw. */
  function drawContrast(state) {
    const { third: { rows, texts: names, alpha }, at, scale } = state;
    const row = rows[at];
    const words = contrastWords({ row, texts: names, place: at, alpha });
    detail.draw({
      title: t("Token {place} of C: one draw, three lines", { place: at + 1 }), words, u: row.u, scale,
      numbers: [
        [percent(row.p), asked(givenOfThird(state, 0, at), "choice.own", row.id)], [percent(row.q), asked(givenOfThird(state, 1, at), "choice.own", row.id)],
        [fixed(Math.log(row.p) - Math.log(row.q)), asked(givenOfThird(state, 0, at), "contrast.score", row.id)],
      ],
      bands: ["A", "B", t("C: A minus B")].map((name, line) => ({ name, slices: row.lines[line], chosen: row.taken[line], texts: names, given: line < 2 ? givenOfThird(state, line, at) : null })),
    });
    return words;
  }

  function drawChoice(state) {
    const { rows, at, side, scale } = state;
    const token = rows[at][side];
    const own = state.texts[side][token.id];
    const would = token.would === null ? null : state.texts[1 - side][token.would];
    const [given, there] = [side, 1 - side].map((by) => givenAt(state, side, by, at));
    const bands = [
      { given, name: LETTERS[side], slices: token.own, chosen: token.id, texts: state.texts[side] },
      { given: there, name: LETTERS[1 - side], slices: token.other, chosen: token.would, texts: state.texts[1 - side], none: t("no line: the words before end in no whole character") },
    ];
    detail.draw({
      title: t("Token {place} of {letter}: one draw, two lines", { place: at + 1, letter: LETTERS[side] }), words: choiceWords({ token, side, own, would }),
      numbers: [[token.u.toFixed(3), asked(given, "choice.u")], [percent(token.share), asked(given, "choice.final", token.id)]],
      u: token.u, bands: side === 0 ? bands : bands.reverse(), scale,
    });
  }
  return { node, draw, stop: detail.stop };
}

function wordsOf({ rows, texts }, side, place) {
  const token = rows[place][side];
  return tokenWords({ token, text: texts[side][token.id], other: token.would === null ? "" : texts[1 - side][token.would], place, side });
}

function tintsOf({ rows, colouring, palette }, side) {
  return rows.map((row) => {
    const { p, q, same } = row[side];
    if (colouring === "same") return same === true ? palette.probabilityRamp.at(AGREED) : palette.page;
    const share = colouring === "own" ? p : q;
    return share === null ? palette.page : palette.probabilityRamp.at(share);
  });
}

function figuresOf({ own, other, same, judged, perCharacter }, side) {
  const values = { letter: LETTERS[side], rest: LETTERS[1 - side], own: fixed(own), other: fixed(other), same, count: judged, each: fixed(perCharacter) };
  if (other === null) return t("{letter} pays {own} bits a token, {each} a character; {rest} would have written the same at {same} of {count} places", values);
  return t("{letter} pays {own} bits a token, {rest} {other}; {rest} would choose the same at {same} of {count}", values);
}

function tableOf(state, tokens, origin) {
  const { rows, texts, third } = state;
  const share = (value, given, id) => (value === null ? "–" : figure(origin, probabilityCell(value), asked(given, "choice.own", id)));
  const more = third ? [t("text of {letter}", { letter: LETTERS[2] }), ...LETTERS.slice(0, 2).map((letter) => t("probability under {letter}", { letter }))] : [];
  const heads = [t("token"), "u", ...LETTERS.slice(0, 2).flatMap((letter, side) => [
    t("text of {letter}", { letter }), t("probability under {letter}", { letter }), t("under {letter}", { letter: LETTERS[1 - side] }), t("{letter} would choose", { letter: LETTERS[1 - side] }),
  ]), ...more];
  return {
    heads,
    rows: rows.map((row, place) => [place + 1, figure(origin, row[0].u.toFixed(4), asked(givenAt(state, 0, 0, place), "choice.u")), ...row.flatMap((token, side) => [
      { token: tokens[side][place] }, share(token.p, givenAt(state, side, side, place), token.id), share(token.q, givenAt(state, side, 1 - side, place), token.id), token.would === null ? "–" : quotedToken(texts[1 - side][token.would]),
    ]), ...(third?.rows[place] ? [{ token: third.texts[third.rows[place].id] }, ...["p", "q"].map((name, by) => share(third.rows[place][name], givenOfThird(state, by, place), third.rows[place].id))] : [])]),
  };
}
