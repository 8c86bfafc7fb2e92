/** The ladder: what counting costs and what the model costs as lines, one's own mean after each round going across. */
import { element, setText, shape } from "../kit/dom.js";
import { fixed } from "../kit/format.js";
import { rungName, rungShort } from "../kit/ladder.js";
import { niceTicks, spreadLabels } from "../kit/plot.js";
import { visibleToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { meanAndError, running } from "./maths.js";
import { shareText } from "./verdict.js";

const HEIGHT = 340;
const NARROW = 420; // pixels; below, lines have their short names
const FEWEST = 10; // rounds that the picture has room for
const FEW = 20; // rounds, below which luck decides

const costsOf = (rounds, who) => rounds.map(({ logs }) => -logs[who]);
const withError = ({ mean, error }) => (error === null ? fixed(mean) : `${fixed(mean)} ± ${fixed(error)}`);

export function createStanding(store, { onAnew }) {
  const svg = shape("svg", { class: "standing", role: "img" });
  const said = element("p", { class: "note", role: "status" });
  const anew = element("button", { type: "button", class: "button", text: t("Begin anew"), on: { click: onAnew } });
  const body = element("tbody");
  const table = element("details", { class: "values" }, element("summary", { text: t("All rounds as a table") }), element("div", { class: "table-frame" }, element("table", {},
    element("thead", {}, element("tr", {}, [t("round"), t("came"), t("you gave it"), t("your cost"), t("the model’s cost")].map((text) => element("th", { scope: "col", text })))), body)));
  store.watch(["place", "rounds", "width", "palette"], ({ place, rounds, palette }) => {
    if (!place) return;
    draw(svg, place, rounds, palette.scale);
    const words = sentence(place, rounds);
    setText(said, words);
    svg.setAttribute("aria-label", `${rungsOf(place).map(({ name, value }) => `${name} ${fixed(value)}`).join(", ")}. ${words}`);
    anew.disabled = !rounds.length;
    table.hidden = !rounds.length;
    body.replaceChildren(...rounds.map(({ came, logs }, at) => element("tr", {}, [
      String(at + 1), visibleToken(came), shareText(Math.exp(logs.you)), fixed(-logs.you), fixed(-logs.model)].map((text) => element("td", { text })))));
  });
  return element("div", { class: "standing-column" }, element("h3", { text: t("Cross-entropy in nats per token: the lower, the better") }), svg, said, element("div", { class: "guess-line" }, anew), table);
}

function rungsOf({ ladder, model }, nameOf = rungName) {
  const rungs = Object.entries(ladder).map(([name, value]) => ({ who: "count", name: nameOf(name), value }));
  return model === null ? rungs : [...rungs, { who: "model", name: t("the model"), value: model }];
}

function sentence(place, rounds) {
  if (!rounds.length) return t("Your line begins with your first guess.");
  const [you, model] = ["you", "model"].map((who) => meanAndError(costsOf(rounds, who)));
  const passed = rungsOf(place).filter(({ value }) => you.mean < value).at(-1);
  const words = { rounds: rounds.length, you: withError(you), model: withError(model), rung: passed?.name };
  const beside = passed ? t("Your mean lies below the line “{rung}”.", words) : t("Your mean lies above every line: being sure of what does not come costs most.");
  return [t("Rounds: {rounds}. You (thick): {you}; the model at the same places (dashed): {model}.", words), ...(rounds.length > 1 ? [beside] : []),
    rounds.length < FEW ? t("After {count} rounds luck decides less.", { count: FEW }) : t("± is one standard error; it halves with four times as many rounds.")].join(" ");
}

function draw(svg, place, rounds, scale) {
  const width = Math.max(260, svg.clientWidth || 460);
  const height = HEIGHT * scale;
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.style.height = `${height}px`;
  const lines = ["model", "you"].map((who) => ({ who, points: running(costsOf(rounds, who)) }));
  const isNarrow = width < NARROW * scale;
  const rungs = rungsOf(place, isNarrow ? rungShort : rungName);
  const most = 1.08 * Math.max(1, ...rungs.map(({ value }) => value), ...lines.flatMap(({ points }) => points.map(({ mean }) => mean)));
  const [left, right, top, bottom] = [30 * scale, width - (isNarrow ? 116 : 156) * scale, 10 * scale, height - 26 * scale];
  const last = Math.max(FEWEST, rounds.length);
  const x = (round) => left + ((round - 1) / (last - 1)) * (right - left);
  const y = (value) => bottom - (Math.min(most, Math.max(0, value)) / most) * (bottom - top);
  const plot = { left, right, top, bottom, x, y, scale };
  svg.replaceChildren(...axes(plot, most, last), ...rungs.map(({ who, value }) => shape("line", { class: `rung ${who}`, x1: left, x2: right, y1: y(value), y2: y(value) })),
    ...lines.flatMap((line) => (line.points.length ? drawLine(plot, line) : [])), ...labels(plot, rungs, lines[1].points));
}

function axes({ left, right, bottom, x, y, scale }, most, last) {
  const rounds = [1, ...niceTicks(2, last, 5).filter(Number.isInteger)];
  return [
    ...niceTicks(0, most, 5).flatMap((value) => [
      shape("line", { class: "grid", x1: left, x2: right, y1: y(value), y2: y(value) }),
      shape("text", { x: left - 6 * scale, y: y(value) + 4 * scale, "text-anchor": "end", text: String(Number(value.toFixed(2))) }),
    ]),
    ...rounds.map((round) => shape("text", { x: x(round), y: bottom + 18 * scale, "text-anchor": "middle", text: String(round) })),
    shape("text", { x: right + 10 * scale, y: bottom + 18 * scale, text: t("rounds") }),
  ];
}

function drawLine({ x, y, scale }, { who, points }) {
  const path = points.map(({ mean }, at) => `${x(at + 1)},${y(mean)}`).join(" ");
  const sure = points.map((point, at) => ({ ...point, round: at + 1 })).filter(({ error }) => error !== null);
  const edge = (sign) => sure.map(({ mean, error, round }) => `${x(round)},${y(mean + sign * error)}`);
  const band = who === "you" && sure.length > 1 ? [shape("polygon", { class: "band", points: [...edge(1), ...edge(-1).reverse()].join(" ") })] : [];
  return [...band, shape("polyline", { class: `mean ${who}`, points: path }), shape("circle", { class: `mean-end ${who}`, cx: x(points.length), cy: y(points.at(-1).mean), r: (who === "you" ? 5 : 3) * scale })];
}

/** The names of the lines beside them, kept apart. */
function labels({ right, top, bottom, y, scale }, rungs, points) {
  const own = points.length ? [{ who: "you", name: t("you"), value: points.at(-1).mean }] : [];
  const all = [...rungs, ...own].map((rung) => ({ ...rung, y: y(rung.value) }));
  return spreadLabels(all, 17 * scale, top + 6 * scale, bottom - 4 * scale).map(({ who, name, value, placedY }) => shape("text", {
    class: `rung-name ${who}`, x: right + 10 * scale, y: placedY + 4 * scale, text: `${name} ${fixed(value)}`,
  }));
}
