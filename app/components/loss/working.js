/** One token worked out: what the model expected there, the true token among it, and −ln q as number and as curve. */
import { element, setText, shape } from "../kit/dom.js";
import { number, percent, probability } from "../kit/format.js";
import { quotedToken, tokenSpan, visibleToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { expectedAt, focusOf, meanEquation, pointInView } from "./probe_data.js";

const CONTEXT = 14;
const CURVE = { width: 260, height: 158, left: 34, right: 10, top: 12, bottom: 36, most: 7 };

export function createWorking(store) {
  const after = element("h3", { class: "after" });
  const bars = element("ol", { class: "expected" });
  const equation = element("p", { class: "equation", dir: "ltr" });
  const words = element("p", { class: "note" });
  const curve = createCurve();
  const mean = element("p", { class: "equation mean", dir: "ltr" });
  const working = element("div", { class: "working" },
    element("div", { class: "expected-part" }, after, bars),
    element("div", { class: "equation-part" }, element("h3", { text: t("Its loss") }), equation, words, curve.picture),
    element("div", { class: "mean-part" }, element("h3", { text: t("The loss of the sentence is the mean of all") }), mean));
  store.watch(["points", "selected", "own", "hovered", "locked", "palette"], (state) => {
    const point = pointInView(state);
    const position = point ? focusOf(state, point) : null;
    working.hidden = position === null;
    if (position === null) return;
    const rows = expectedAt(point, position);
    const context = point.tokens.slice(Math.max(0, position - CONTEXT), position).map(visibleToken).join("");
    after.replaceChildren(t("After"), " ", element("bdi", { class: "mono context", text: context }), " ", t("it expected"));
    bars.replaceChildren(...rows.map(expectedRow));
    showEquation(equation, words, point, position, rows);
    curve.show(Math.exp(-point.losses[position]));
    const { operands, count, mean: value } = meanEquation(point);
    mean.replaceChildren(t("loss"), " = (", operands, ") ÷ ", String(count), " = ", element("b", { text: value }), " ", element("span", { class: "unit", text: t("nats per token") }));
  });
  return working;
}

function expectedRow({ token, probability: share, truth, rank }) {
  const bar = element("span", { class: "expected-bar" });
  bar.style.width = `${share * 100}%`;
  const note = truth ? t("true") : "";
  const late = rank === null ? element("span", { class: "note", text: t("not among the first 8") }) : "";
  return element("li", { class: truth ? "expected-row truth" : "expected-row" },
    element("bdi", { class: "expected-token" }, tokenSpan(token)), element("span", { class: "expected-track" }, bar, late),
    element("span", { class: "number", text: probability(share) }), element("span", { class: "note truth-mark", text: note }));
}

function showEquation(equation, words, point, position, rows) {
  const token = visibleToken(point.tokens[position]);
  const { probability: share, rank } = rows.find((row) => row.truth);
  equation.replaceChildren("−ln q(", element("bdi", { class: "mono", text: token }), ") = −ln ",
    element("span", { class: "probability", text: number(share) }), " = ", element("b", { text: number(point.losses[position]) }), " ",
    element("span", { class: "unit", text: t("nats") }));
  const values = { token: quotedToken(point.tokens[position]), share: percent(share), rank };
  if (rank === 1) setText(words, t("It gave {token}, its first choice, {share}.", values));
  else if (rank) setText(words, t("It gave {token}, its choice number {rank}, {share}.", values));
  else setText(words, t("It gave {token} {share}: eight other tokens seemed likelier.", values));
}

/** The curve −ln q over q from 0 to 1, with the token's point on it. */
function createCurve() {
  const { width, height, left, right, top, bottom, most } = CURVE;
  const x = (share) => left + share * (width - left - right);
  const y = (loss) => top + (1 - Math.min(loss, most) / most) * (height - top - bottom);
  const line = Array.from({ length: 121 }, (_, index) => Math.exp(-most) ** (1 - index / 120))
    .map((share) => `${x(share).toFixed(1)},${y(-Math.log(share)).toFixed(1)}`).join(" ");
  const text = (attributes, words) => shape("text", { ...attributes, text: words });
  const guideX = shape("line", { class: "curve-guide" });
  const guideY = shape("line", { class: "curve-guide" });
  const point = shape("circle", { r: 5, class: "curve-point" });
  const picture = shape("svg", { class: "curve", viewBox: `0 0 ${width} ${height}`, role: "img" },
    shape("line", { class: "curve-axis", x1: left, x2: width - right, y1: y(0), y2: y(0) }),
    ...[0, 2, 4, 6].map((loss) => text({ x: left - 6, y: y(loss) + 4, "text-anchor": "end" }, String(loss))),
    ...[0, 0.5, 1].map((share) => text({ x: x(share), y: height - 20, "text-anchor": "middle" }, String(share))),
    text({ x: width - right, y: height - 5, "text-anchor": "end" }, t("q of the true token")),
    text({ x: left + 6, y: top + 2 }, t("nats")),
    guideX, guideY, shape("polyline", { class: "curve-line", points: line }), point);
  function show(share) {
    const loss = -Math.log(share);
    const [px, py] = [x(share), y(loss)];
    for (const [name, value] of Object.entries({ cx: px, cy: py })) point.setAttribute(name, value);
    for (const [name, value] of Object.entries({ x1: px, x2: px, y1: py, y2: y(0) })) guideX.setAttribute(name, value);
    for (const [name, value] of Object.entries({ x1: left, x2: px, y1: py, y2: py })) guideY.setAttribute(name, value);
    picture.setAttribute("aria-label", t("The curve −ln q: at q = {share} it stands at {loss} nats.", { share: number(share), loss: number(loss) }));
  }
  return { picture, show };
}
