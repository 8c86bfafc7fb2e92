/** Which weight: a few worth a look, part, row and column, and its neighbours as a small map to click in. */
import { element, segmented, setText } from "../kit/dom.js";
import { number } from "../kit/format.js";
import { visibleToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";

/** `choose({part, row, column})` asks for another weight; `palette()` has the colours of the theme. */
export function createCells({ palette, choose }) {
  let answer = null;
  let shows = "moved";
  const suggestions = element("div", { class: "suggestions", role: "group", aria: { label: t("Weights worth a look") } });
  const part = element("select", { class: "part-choice mono", aria: { label: t("part") }, onchange: () => choose({ part: part.value, row: 0, column: 0 }) });
  const numberField = (label, key) => element("input", {
    type: "number", class: "place-field mono", min: "0", step: "1", aria: { label },
    onchange: (event) => choose({ part: part.value, ...placeNow(), [key]: Math.max(0, Math.min(Number(event.target.max), Math.round(Number(event.target.value) || 0))) }),
  });
  const row = numberField(t("row"), "row");
  const column = numberField(t("column"), "column");
  const kind = segmented({
    label: t("What the map shows"), chosen: shows, choices: [{ value: "moved", text: t("update") }, { value: "gradient", text: t("gradient") }],
    onChoose: (value) => { shows = value; drawGrid(); },
  });
  const grid = element("div", { class: "cells", tabindex: "0", role: "group", onkeydown: moveByKey });
  const about = element("p", { class: "note" });
  const panel = element("section", { class: "step-part", aria: { label: t("A weight") } },
    element("div", { class: "panel-heading" }, element("h2", { text: t("A weight") }), suggestions),
    element("div", { class: "place" },
      element("label", {}, element("span", { class: "muted", text: t("part") }), part), element("label", {}, element("span", { class: "muted", text: t("row") }), row),
      element("label", {}, element("span", { class: "muted", text: t("column") }), column), element("span", { class: "spacer" }), kind.group),
    grid, about);

  const placeNow = () => ({ row: answer.weight.row, column: answer.weight.column });

  function moveByKey(event) {
    const moves = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
    const move = moves[event.key];
    if (!move || !answer || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    const place = { row: answer.weight.row + move[0], column: answer.weight.column + move[1] };
    const { rows, columns } = partOf(answer);
    if (place.row >= 0 && place.row < rows && place.column >= 0 && place.column < columns) choose({ part: answer.weight.name, ...place });
  }

  function drawGrid() {
    const { strip, weight } = answer;
    const values = strip[shows];
    const largest = Math.max(...values.flat().map(Math.abs)) || 1;
    const ramp = palette().signed;
    grid.style.setProperty("--columns", String(values[0].length));
    grid.replaceChildren(...values.flatMap((line, down) => line.map((value, right) => {
      const place = { row: strip.top + down, column: strip.left + right };
      const here = place.row === weight.row && place.column === weight.column;
      const cell = element("span", { class: here ? "cell chosen" : "cell", title: `${place.row}, ${place.column}: ${number(value)}`, onclick: () => choose({ part: weight.name, ...place }) });
      cell.style.background = ramp.at(0.5 + (0.5 * value) / largest);
      return cell;
    })));
    const what = shows === "moved" ? t("updates") : t("gradients");
    grid.setAttribute("aria-label", t("{what} of rows {top} to {bottom}, columns {left} to {right}; the arrow keys choose", {
      what, top: strip.top, bottom: strip.top + values.length - 1, left: strip.left, right: strip.left + values[0].length - 1,
    }));
    setText(about, aboutPlace(answer, largest, shows));
  }

  /** The buttons stay while the step does: the one that was pressed keeps the focus. */
  function showSuggestions() {
    const { notable, step, weight } = answer;
    if (suggestions.dataset.step !== String(step)) {
      suggestions.replaceChildren(...notable.map(({ kind: why, name, row: down, column: right }) => element("button", {
        type: "button", class: "button small", text: notableName(why), onclick: () => choose({ part: name, row: down, column: right }),
      })));
      suggestions.dataset.step = String(step);
    }
    notable.forEach((place, at) => suggestions.children[at].setAttribute("aria-pressed", String(isHere(place, weight))));
  }

  return {
    panel,
    show(found) {
      answer = found;
      const { weight, parts } = found;
      const { rows, columns } = partOf(found);
      const names = parts.map(({ name }) => name).join("\n");
      if (part.dataset.names !== names) {
        part.replaceChildren(...parts.map(({ name }) => element("option", { value: name, text: name.replace(/\.weight$/, "") })));
        part.dataset.names = names;
      }
      part.value = weight.name;
      for (const [field, place, count] of [[row, weight.row, rows], [column, weight.column, columns]]) {
        field.max = String(count - 1);
        field.value = String(place);
        field.parentElement.hidden = count === 1;
      }
      showSuggestions();
      drawGrid();
    },
  };
}

const isHere = (place, weight) => place.name === weight.name && place.row === weight.row && place.column === weight.column;
const partOf = ({ parts, weight }) => parts.find(({ name }) => name === weight.name);

export function notableName(kind) {
  const names = { farthest: t("moved farthest"), steepest: t("longest gradient"), against: t("moved up its gradient"), still: t("moved without a gradient") };
  return names[kind] ?? kind;
}

function aboutPlace({ weight, token, notable }, largest, shows) {
  const scale = shows === "moved"
    ? t("The strongest colour is an update of ±{largest}; blue is up.", { largest: number(largest) })
    : t("The strongest colour is a gradient of ±{largest}; blue is up.", { largest: number(largest) });
  const row = token === null ? "" : t("Row {row} belongs to the token “{token}”.", { row: weight.row, token: visibleToken(token) });
  const kinds = notable.filter((place) => isHere(place, weight)).map(({ kind }) => kind);
  return [why(kinds), row, scale].filter(Boolean).reduce((first, second) => t("{first} {second}", { first, second }));
}

function why(kinds) {
  if (kinds.includes("against")) return t("This weight moved up its gradient, not down: the momentum of earlier steps outweighs this one.");
  if (kinds.includes("still")) return t("Nothing in this batch asked for this weight, so its gradient is 0; momentum alone moves it.");
  return "";
}
