/** Experiments made before, from the groups that runs name: open one again. */
import { element } from "../kit/dom.js";
import { t } from "../kit/words.js";
import { breakOf } from "./breaks.js";

const MOST = 30;

/** Rows of runs -> [{group, lab, what, ids, when}], the newest first; ids in the order in which they were started. */
export function experimentsIn(rows) {
  const groups = new Map();
  for (const row of rows) {
    const [, lab, what] = /^(break|tricks)-([a-z]+)-[a-z0-9]+$/.exec(row.group ?? "") ?? [];
    if (!lab || (lab === "break" && !breakOf(what))) continue;
    if (!groups.has(row.group)) groups.set(row.group, { group: row.group, lab, what, members: [] });
    groups.get(row.group).members.push(row);
  }
  const oldestFirst = (one, other) => one.when - other.when;
  return [...groups.values()].map(({ members, ...about }) => ({ ...about, ids: members.sort(oldestFirst).map(({ id }) => id), when: Math.max(...members.map(({ when }) => when)) }))
    .sort((one, other) => other.when - one.when);
}

export function createEarlier(store, open) {
  const summary = element("summary");
  const list = element("ul", { class: "earlier-list" });
  const panel = element("details", { class: "values earlier", hidden: true }, summary, list);
  let built = "";
  store.watch(["rows", "lab"], ({ rows, lab }) => {
    const found = experimentsIn(rows).filter((one) => one.lab === lab && one.ids.length > 1).slice(0, MOST);
    const version = JSON.stringify([lab, found]);
    if (version === built) return;
    built = version;
    panel.hidden = !found.length;
    summary.textContent = t("Earlier experiments ({count})", { count: found.length });
    list.replaceChildren(...found.map((one) => element("li", {}, element("button", { type: "button", class: "button small", text: nameOf(one), on: { click: () => open(one) } }))));
  });
  return panel;
}

function nameOf({ lab, what, ids, when }) {
  const time = new Date(when * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  const name = lab === "break" ? breakOf(what).name : t("Classic and modern, {count} runs", { count: ids.length });
  return t("{name} · {time}", { name, time });
}
