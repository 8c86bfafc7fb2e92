/** Many buttons, one Tab stop: arrow keys, Home and End move among them, as in a grid. */

/** `selector` finds the items in `box`; with `lines`, items in rows of that selector, up and down change the row. Before the
 *  keys were there, the stop is the item that `home` finds, or the first. Returns what to call after items are drawn anew. */
export function rove(box, selector, { lines = null, home = "[aria-pressed=true]" } = {}) {
  const items = () => [...box.querySelectorAll(selector)];
  const hold = (all, held) => { for (const one of all) one.tabIndex = one === held ? 0 : -1; };

  /** The item of the row above or below that stands where this one does in its own. */
  function beside(all, item, by) {
    const rows = [...new Set(all.map((one) => one.closest(lines)))];
    const of = (row) => all.filter((one) => one.closest(lines) === row);
    const here = item.closest(lines);
    const row = of(rows[Math.max(0, Math.min(rows.length - 1, rows.indexOf(here) + by))]);
    return all.indexOf(row[Math.min(row.length - 1, of(here).indexOf(item))]);
  }

  box.addEventListener("focusin", (event) => {
    const all = items();
    if (all.includes(event.target)) hold(all, event.target);
  });
  box.addEventListener("keydown", (event) => {
    const all = items();
    const at = all.indexOf(event.target);
    if (at < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    const up = (by) => (lines ? beside(all, event.target, by) : at + by);
    const to = { ArrowRight: () => at + 1, ArrowLeft: () => at - 1, ArrowDown: () => up(1), ArrowUp: () => up(-1), Home: () => 0, End: () => all.length - 1 }[event.key];
    if (!to) return;
    event.preventDefault();
    event.stopPropagation();
    all[Math.max(0, Math.min(all.length - 1, to()))].focus();
  });

  return function settle() {
    const all = items();
    const focused = box.getRootNode().activeElement;
    hold(all, all.find((one) => one === focused) ?? all.find((one) => one.matches(home)) ?? all[0]);
  };
}
