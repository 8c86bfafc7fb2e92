/** What was explored, as a tree of texts: each branch begins under the choice at which it left, every token a button. */
import { element, shape } from "../kit/dom.js";
import { fixed } from "../kit/format.js";
import { quotedToken, tokenSpan, visibleToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { withNumbers } from "../inside/asked.js";
import { asked, figure, givenIds } from "../inside/numbers.js";
import { inRows, logProbability, stepsOf } from "./tree.js";

const LEAD = 12; // tokens of the prompt before the first branch

/** onVisit(branch, choice); onNeighbour(±1) for the branch above or below by keys. */
export function createBranches({ onVisit, onNeighbour, origin }) {
  const sum = element("p", { class: "note" });
  const list = element("div", { class: "tree", role: "tree", tabindex: "0", aria: { label: t("Explored texts: up and down arrows go from branch to branch") } });
  const lines = shape("svg", { class: "tree-lines", aria: { hidden: "true" } });
  const frame = element("div", { class: "tree-frame" }, element("div", { class: "tree-sheet" }, lines, list));
  const node = element("section", { class: "panel explored", aria: { label: t("What was explored") } },
    element("div", { class: "panel-heading" }, element("h2", { text: t("What was explored") }), element("span", { class: "note grow", text: t("every branch stays; click a token to stand there") })),
    frame, sum);
  const cells = new Map(); // step -> its button
  let rows = [];

  list.addEventListener("keydown", (event) => {
    const shift = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!shift) return;
    event.preventDefault();
    event.stopPropagation();
    onNeighbour(shift);
  });
  const watcher = new ResizeObserver(() => connect());
  watcher.observe(list);

  /** The sum and the mean of a text's ln p, to press. */
  const askedOf = ({ begin }, steps) => {
    const given = begin.layers && steps.length ? givenIds([...begin.promptIds, ...steps.map(({ id }) => id)], "writing", begin.step, { first: begin.promptIds.length }) : null;
    return ["written.sum", "written.mean"].map((key) => asked(given, key, begin.promptIds.length + steps.length - 1));
  };

  function rebuild({ tree, branch: current, prompt, texts }) {
    node.hidden = tree.branches.length < 2;
    if (node.hidden) return;
    cells.clear();
    const lead = prompt.slice(-LEAD);
    const widths = lead.map((token) => columns(token));
    const start = widths.reduce((total, width) => total + width, 0);
    rows = inRows(tree).map((branch) => {
      const steps = stepsOf(tree, branch);
      const before = start + steps.slice(0, branch.from).reduce((total, { id }) => total + columns(texts[id]), 0);
      const { sum: total, mean } = logProbability(steps);
      const [whole, each] = askedOf(tree, steps).map((number, place) => figure(origin, place ? fixed(mean) : fixed(total, 1), number));
      for (const node of [whole, each]) if (node.tagName) node.tabIndex = -1; // by keys: those of the sentence below
      const sums = element("span", { class: "tree-figure number" }, whole, element("span", { class: "muted" }, " · ", each));
      const tokens = branch.own.map((step, index) => {
        const cell = element("button", { type: "button", class: "tree-token", tabindex: "-1", on: { click: () => onVisit(branch, branch.from + index) } }, tokenSpan(texts[step.id]));
        cell.style.width = `${columns(texts[step.id])}ch`;
        cell.classList.toggle("put-in", step.putIn);
        cells.set(step, cell);
        return cell;
      });
      const given = branch.parent === null ? lead.map((token, place) => {
        const cell = element("span", { class: "tree-token given" }, tokenSpan(token));
        cell.style.width = `${widths[place]}ch`;
        return cell;
      }) : [];
      const words = t("Branch from choice {number}: {text}; log-probability {sum} nats, {mean} a token", {
        number: branch.from + 1, text: branch.own.map(({ id }) => visibleToken(texts[id])).join(""), sum: fixed(total, 1), mean: fixed(mean),
      });
      const row = element("div", { class: "tree-row", role: "treeitem", aria: { label: words, selected: String(branch === current) } }, given, tokens, sums);
      row.style.paddingLeft = branch.parent === null ? "0" : `${before}ch`;
      return { branch, row, tokens };
    });
    list.replaceChildren(...rows.map(({ row }) => row));
    connect();
  }

  /** From under the token that a branch left to its own first one. */
  function connect() {
    if (node.hidden || !list.isConnected) return;
    const paths = rows.flatMap(({ branch, row, tokens }) => {
      const parent = rows.find((other) => other.branch.id === branch.parent);
      const from = parent?.tokens[branch.from - parent.branch.from];
      if (!from || !tokens.length) return [];
      const x = tokens[0].offsetLeft + 4;
      const [top, bottom] = [parent.row.offsetTop + parent.row.offsetHeight - 3, row.offsetTop + 5];
      return [shape("path", { d: `M${x} ${top}V${bottom}` })];
    });
    lines.setAttribute("width", list.scrollWidth);
    lines.setAttribute("height", list.scrollHeight);
    lines.replaceChildren(...paths);
  }

  return {
    node, rebuild,
    /** The branch and the choice in view. */
    update({ writing, choice }) {
      if (node.hidden) return;
      const path = new Set(writing.steps);
      for (const [step, cell] of cells) {
        cell.classList.toggle("on-path", path.has(step));
        cell.classList.toggle("here", step === writing.steps[choice]);
      }
      rows.forEach(({ branch, row }) => row.setAttribute("aria-selected", String(branch === writing.branch)));
      const here = cells.get(writing.steps[choice]);
      if (here && !frame.contains(document.activeElement)) showIn(frame, here);
      const { sum: total, mean } = logProbability(writing.steps);
      const [whole, each] = askedOf(writing.tree, writing.steps);
      const said = t("At the end of each text: its log-probability under the model itself, in nats, and the mean of a token. The one in view has {sum} and {mean}: {token} is choice {number} of {count}.", {
        sum: fixed(total, 1), mean: fixed(mean), token: quotedToken(writing.texts[writing.steps[choice].id]), number: choice + 1, count: writing.steps.length,
      });
      sum.replaceChildren(...withNumbers(said, [[fixed(total, 1), figure(origin, fixed(total, 1), whole)], [fixed(mean), figure(origin, fixed(mean), each)]]));
    },
    stop: () => watcher.disconnect(),
  };
}

/** The room of a token in columns of the fixed-width font; characters of East Asia take two. */
function columns(token) {
  return [...visibleToken(token)].reduce((sum, sign) => sum + (/[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\p{Extended_Pictographic}]/u.test(sign) ? 2 : 1), 0) || 1;
}

/** Scroll a frame, and nothing else, until a part of it is in view. */
function showIn(frame, part) {
  const [box, inner] = [frame.getBoundingClientRect(), part.getBoundingClientRect()];
  if (inner.left < box.left || inner.right > box.right) frame.scrollLeft += inner.left - box.left - box.width / 2;
  if (inner.top < box.top || inner.bottom > box.bottom) frame.scrollTop += inner.top - box.top - box.height / 2;
}
