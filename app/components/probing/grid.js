/** A table of coloured cells that is walked with arrow keys: hover or focus reads a cell out below, click or Enter locks it. */
import { element, setText } from "../kit/dom.js";
import { inkOn } from "../kit/theme.js";

/** createGrid({label, onLock(row, column), onHover}); draw({columns, rows: [{head, cells}], locked, note}).
 *  A cell is {text, small, tint, label, off}; a head is text or a node. */
export function createGrid({ label, onLock, toggles = false }) {
  const table = element("div", { class: "grid", role: "grid", aria: { label } });
  const frame = element("div", { class: "grid-frame" }, table);
  const readout = element("p", { class: "note grid-readout", aria: { live: "polite" } });
  const box = element("div", { class: "grid-box" }, frame, readout);
  let cells = [];
  let at = [0, 0];
  let rest = "";

  const place = (node) => {
    const found = node.closest?.("[data-cell]");
    return found ? found.dataset.cell.split(" ").map(Number) : null;
  };
  const read = (where) => setText(readout, where ? cells[where[0]][where[1]].label : rest);

  function moveTo(row, column) {
    const next = [Math.max(0, Math.min(cells.length - 1, row)), Math.max(0, Math.min(cells[0].length - 1, column))];
    cells[at[0]][at[1]].node.tabIndex = -1;
    at = next;
    cells[at[0]][at[1]].node.tabIndex = 0;
    cells[at[0]][at[1]].node.focus();
  }

  table.addEventListener("pointerover", (event) => read(place(event.target)));
  table.addEventListener("pointerleave", () => read(null));
  table.addEventListener("focusin", (event) => { const where = place(event.target); if (where) { cells[at[0]]?.[at[1]] && (cells[at[0]][at[1]].node.tabIndex = -1); at = where; cells[at[0]][at[1]].node.tabIndex = 0; read(where); } });
  table.addEventListener("focusout", () => read(null));
  table.addEventListener("click", (event) => { const where = place(event.target); if (where) onLock(...where); });
  table.addEventListener("keydown", (event) => {
    const [row, column] = at;
    const actions = {
      ArrowRight: () => moveTo(row, column + 1), ArrowLeft: () => moveTo(row, column - 1), ArrowDown: () => moveTo(row + 1, column),
      ArrowUp: () => moveTo(row - 1, column), Home: () => moveTo(row, 0), End: () => moveTo(row, Infinity),
      Enter: () => onLock(row, column), " ": () => onLock(row, column), Escape: () => onLock(null, null),
    };
    if (!cells.length || !actions[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    actions[event.key]();
  });

  function draw({ columns, rows, locked = null, note = "", corner = "" }) {
    const focused = table.contains(table.getRootNode().activeElement);
    rest = note;
    table.style.setProperty("--columns", columns.length);
    const head = element("div", { class: "grid-row", role: "row" }, element("div", { class: "grid-head corner", role: "columnheader", text: corner }),
      columns.map((column) => element("div", { class: "grid-head", role: "columnheader" }, column)));
    cells = rows.map((row, r) => row.cells.map((cell, c) => ({ ...cell, node: cellNode(cell, r, c, locked) })));
    at = [Math.min(at[0], cells.length - 1), Math.min(at[1], (cells[0]?.length ?? 1) - 1)];
    table.replaceChildren(head, ...rows.map((row, r) => element("div", { class: "grid-row", role: "row" },
      element("div", { class: "grid-head side", role: "rowheader" }, row.head), cells[r].map(({ node }) => node))));
    if (cells.length) {
      cells[at[0]][at[1]].node.tabIndex = 0;
      if (focused) cells[at[0]][at[1]].node.focus();
    }
    read(locked && cells[locked[0]]?.[locked[1]] ? locked : null);
  }

  function cellNode(cell, r, c, locked) {
    const chosen = Boolean(locked && locked[0] === r && locked[1] === c);
    const node = element("div", {
      class: "cell", role: "gridcell", tabindex: "-1", "data-cell": `${r} ${c}`, "aria-label": cell.label,
      ...(toggles ? { "aria-pressed": null, "aria-selected": String(Boolean(cell.off)) } : { "aria-selected": String(chosen) }),
    }, element("span", { class: "cell-text", text: cell.text ?? "" }), ...(cell.small ? [element("span", { class: "cell-small", text: cell.small })] : []));
    node.classList.toggle("locked", chosen);
    node.classList.toggle("off", Boolean(cell.off));
    if (cell.tint) {
      node.style.background = cell.tint;
      node.style.color = inkOn(cell.tint);
    }
    return node;
  }
  return { box, draw };
}
