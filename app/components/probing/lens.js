/** The logit lens: layers down, the sentence across, in each cell what the model would say if it stopped there. */
import { element, setText } from "../kit/dom.js";
import { fixed, percent } from "../kit/format.js";
import { quotedToken, tokenSpan, visibleToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { wordsWith } from "../inside/asked.js";
import { shareBars } from "./bars.js";
import { createGrid } from "./grid.js";
import { joined, median } from "./names.js";
import { createPredict } from "./predict.js";
import { createTables } from "./table.js";

const LONGEST_GUESS = 6; // characters in a cell

export function createLens({ start, redraw, remember, origin }) {
  let shown = null;
  let locked = start.place === null || start.place === undefined ? null : [start.layer ?? Infinity, start.place];
  const grid = createGrid({
    label: t("What the model would say after each layer"),
    onLock(row, column) {
      locked = row === null || (locked && locked[0] === row && locked[1] === column) ? null : [row, column];
      redraw();
      remember();
      if (locked && shown.rows[row]) origin.open("lens.share", [row, column, shown.rows[row].top[column][0][2]]);
      else origin.close();
    },
  });
  const caption = element("p", { class: "caption", aria: { live: "polite" } });
  const detail = element("div", { class: "detail-panel", hidden: true });
  const predict = createPredict();
  const tables = createTables();
  const title = t("Logit lens: what it would say after each layer");
  const node = element("div", { class: "panel" }, element("div", { class: "panel-heading" }, element("h2", { text: title }),
    element("span", { class: "unit", text: t("tint: probability of the guess · small: place of the true next token") })), predict.box, grid.box, caption, detail, tables.box);

  function draw(answer, palette) {
    const { tokens, rows } = answer;
    shown = answer;
    if (locked) locked = [Math.min(locked[0], rows.length - 1), Math.min(locked[1], tokens.length - 1)];
    grid.draw({
      corner: t("read so far"),
      columns: tokens.map(tokenSpan),
      rows: [...rows.map((row, layer) => ({ head: rowName(layer, rows.length), cells: tokens.map((_token, at) => cellOf(answer, layer, at, palette)) })),
        { head: t("really follows"), cells: tokens.map((_token, at) => ({ text: at + 1 < tokens.length ? visibleToken(tokens[at + 1]) : "?", label: trueLabel(tokens, at) })) }],
      locked,
      note: t("Hover a cell, or walk with the arrow keys; Enter keeps it."),
    });
    const agreement = agreements(rows);
    setText(caption, captionOf(answer, agreement));
    drawDetail(answer);
    askHalfWay(answer, agreement);
    tables.show(() => [tableOf(answer, origin)]);
  }

  function drawDetail(answer) {
    const chosen = locked && locked[0] < answer.rows.length ? locked : null;
    detail.hidden = !chosen;
    if (!chosen) return;
    const [layer, at] = chosen;
    const row = answer.rows[layer];
    const number = (text, key, ...more) => origin.number(text, key, [layer, at, ...more]);
    const facts = [wordsWith(t("entropy {bits} bits"), { bits: number(fixed(row.entropy[at]), "lens.entropy") }), wordsWith(t("{bits} bits away from what it says in the end"), { bits: number(fixed(row.distance[at]), "lens.distance") })];
    if (row.rank[at] > 0) facts.unshift(wordsWith(t("the true next token {token} has {share}, place {rank} of {vocabulary}", { vocabulary: answer.vocabulary }),
      { token: quotedToken(answer.tokens[at + 1]), share: number(percent(row.share[at]), "lens.share", answer.ids[at + 1]), rank: number(String(row.rank[at]), "lens.rank") }));
    detail.replaceChildren(element("h3", { text: t("{where}, having read up to {token}", { where: rowName(layer, answer.rows.length), token: quotedToken(answer.tokens[at]) }) }),
      shareBars(row.top[at].map(([text, share, id]) => ({ text, before: share, id })), { two: false, number: ({ before, id }) => number(percent(before), "lens.share", id) }), element("p", { class: "note" }, facts.flatMap((fact, place) => (place ? [" · ", ...fact] : fact))));
  }

  function askHalfWay(answer, agreement) {
    const half = Math.floor((answer.rows.length - 1) / 2);
    const share = agreement[half];
    const band = Math.min(3, Math.floor(share * 4));
    predict.show({
      question: half === 0 ? t("At how many places does the embedding alone already have the last guess?")
        : t("At how many places is the last guess already there after layer {layer}, half-way through?", { layer: half }),
      choices: [t("under 25 %"), t("25 to 50 %"), t("50 to 75 %"), t("over 75 %")].map((text, value) => ({ value, text })),
      right: band,
      because: t("It is {share} of the {places} places.", { share: percent(share), places: answer.tokens.length }),
    });
  }

  return { node, title, question: "lens", values: () => ({}), draw, forget() { locked = null; }, view: () => ({ place: locked?.[1] ?? null, layer: locked?.[0] ?? null }) };
}

function rowName(layer, count) {
  if (layer === 0) return t("embedding");
  return layer === count - 1 ? t("layer {layer}: says", { layer }) : t("layer {layer}", { layer });
}

function cellOf({ rows, tokens }, layer, at, palette) {
  const [guess, share] = rows[layer].top[at][0];
  const shown = visibleToken(guess);
  const rank = rows[layer].rank[at];
  const values = { where: rowName(layer, rows.length), token: quotedToken(tokens[at]), guess: quotedToken(guess), share: percent(share), rank };
  return {
    text: shown.length > LONGEST_GUESS ? `${shown.slice(0, LONGEST_GUESS - 1)}…` : shown, small: rank > 0 ? String(rank) : " ", tint: palette.probabilityRamp.at(share),
    label: rank > 0 ? t("{where}, after {token}: {guess} with {share}; the true next token is in place {rank}.", values) : t("{where}, after {token}: {guess} with {share}.", values),
  };
}

const trueLabel = (tokens, at) => (at + 1 < tokens.length ? t("After {token} really comes {next}.", { token: quotedToken(tokens[at]), next: quotedToken(tokens[at + 1]) })
  : t("The sentence ends here: what comes next is the model’s to say."));

/** For each layer the share of places whose likeliest token is already the last layer's. */
function agreements(rows) {
  const last = rows.at(-1);
  return rows.map((row) => row.top.filter((cell, at) => cell[0][0] === last.top[at][0][0]).length / row.top.length);
}

function captionOf({ rows }, agreement) {
  const ranks = rows.map((row) => median(row.rank.filter((rank) => rank > 0)));
  const settled = agreement.findIndex((share) => share >= 0.5);
  return joined([
    settled === 0 ? t("The embedding alone has the last guess at {share} of the places.", { share: percent(agreement[0]) })
      : t("Half of the last guesses stand after layer {layer} ({share}); the embedding alone has {first}.", { layer: settled, share: percent(agreement[settled]), first: percent(agreement[0]) }),
    ranks[0] === null ? "" : t("The true next token is in place {first} after the embedding and in place {last} at the end (median).", { first: ranks[0], last: ranks.at(-1) }),
  ]);
}

function tableOf({ rows, tokens, ids }, origin) {
  const figure = (key, layer, at, text, ...more) => origin.number(text, key, [layer, at, ...more]);
  return {
    title: t("Logit lens"),
    heads: [t("position"), t("token"), t("layer"), t("guess"), t("probability"), t("place of the true one"), t("its probability"), t("entropy, bits")],
    rows: tokens.flatMap((token, at) => rows.map((row, layer) => [String(at + 1), visibleToken(token), rowName(layer, rows.length), visibleToken(row.top[at][0][0]),
      figure("lens.share", layer, at, fixed(row.top[at][0][1], 4), row.top[at][0][2]), row.rank[at] > 0 ? figure("lens.rank", layer, at, String(row.rank[at])) : "–",
      row.share[at] === null ? "–" : figure("lens.share", layer, at, fixed(row.share[at], 4), ids[at + 1]), figure("lens.entropy", layer, at, fixed(row.entropy[at], 3))])),
  };
}
