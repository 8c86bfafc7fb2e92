/** The followers of the typed context: what each was counted, and its share, each order's part in a colour of its own. */
import { element, setText } from "../kit/dom.js";
import { countedText } from "../kit/counted.js";
import { count, percent } from "../kit/format.js";
import { tokenSpan } from "../kit/tokens.js";
import { t } from "../kit/words.js";

/** What each order gives to a token's share in the end, the even share first: parts that add up to it. */
export function partsOf({ own, shares }, stages, { vocabulary, smoothing }) {
  if (smoothing === "add-k") {
    const top = own.length - 1;
    return [stages[top].left / vocabulary, ...own.map((share, place) => (place === top ? share : 0))];
  }
  let weight = 1;
  const parts = new Array(own.length + 1).fill(0);
  for (let place = own.length - 1; place >= 0; place -= 1) {
    parts[place + 1] = weight * own[place];
    weight *= stages[place].left;
  }
  parts[0] = weight / vocabulary;
  return parts;
}

export const orderName = (order) => (order ? t("{order}-grams", { order }) : t("evenly"));

export function createFollowers(store) {
  const context = element("p", { class: "count-context" });
  const list = element("div", { class: "followers" });
  const legend = element("p", { class: "count-legend label muted" });
  const notes = element("p", { class: "note", hidden: true });
  const model = element("p", { class: "note" });
  const cut = element("p", { class: "note" });
  store.watch(["table", "chosen"], ({ table, chosen }, changed) => {
    if (!table) return;
    if (changed.has("table")) {
      context.replaceChildren(...contextOf(table));
      legend.replaceChildren(...table.stages.flatMap((_, place) => key(place + 1)), ...key(0));
      list.replaceChildren(...rows(table, store));
      setText(model, table.model ? t("The thin line is what the run's own Transformer gives it.") : "");
      setText(cut, countedText(table));
      notes.hidden = !table.notes.length;
      setText(notes, t("Some of the text cannot be read by this tokenizer, or was too long."));
    }
    const shown = chosen ?? table.candidates[0].id;
    for (const row of list.children) row.querySelector(".follower-token").setAttribute("aria-pressed", String(Number(row.dataset.id) === shown));
  });
  return element("section", { class: "panel", aria: { label: t("What followed, and how often") } },
    element("div", { class: "panel-heading" }, element("h2", { text: t("What followed, and how often") })),
    context, list, legend, model, cut, notes);
}

const key = (order) => [element("span", { class: `swatch order-${order}`, aria: { hidden: "true" } }), element("span", { text: orderName(order) })];

/** The typed tokens, those that are looked at standing out. */
function contextOf({ tokens, stages }) {
  const seen = stages.at(-1).context.length;
  const begin = Math.max(0, tokens.length - Math.max(seen, 24));
  return [
    begin ? "… " : "",
    ...tokens.slice(begin).map((token, place) => {
      const span = tokenSpan(token);
      span.classList.toggle("looked-at", begin + place >= tokens.length - seen);
      return span;
    }),
    element("span", { class: "muted", text: seen ? "" : t("(no context: it looks at nothing before)") }),
  ];
}

function rows(table, store) {
  const largest = Math.max(...table.candidates.map(({ share, model }) => Math.max(share, model ?? 0)));
  const top = table.stages.at(-1);
  const go = (text) => store.set({ text: store.state.text + text, chosen: null });
  return table.candidates.map((candidate) => {
    const { id, text, share, counts, model } = candidate;
    const bar = element("span", { class: "follower-bar" }, partsOf(candidate, table.stages, table).map((part, order) => {
      const piece = element("span", { class: `part order-${order}` });
      piece.style.width = `${(100 * part) / largest}%`;
      return piece;
    }).reverse());
    const line = element("span", { class: "follower-model", hidden: model === null });
    if (model !== null) line.style.width = `${(100 * model) / largest}%`;
    const row = element("div", { class: "follower", "data-id": String(id) },
      element("button", { type: "button", class: "follower-token", aria: { label: t("Where does the share of {token} come from?", { token: text }) }, on: { click: () => store.set({ chosen: id }) } }, tokenSpan(text)),
      element("span", { class: "follower-bars", title: model === null ? "" : t("Transformer: {share}", { share: percent(model) }) }, bar, line),
      element("span", { class: "number", text: percent(share) }),
      element("span", { class: "number muted", text: t("{count} of {total}", { count: count(counts.at(-1)), total: count(top.total) }) }),
      element("button", { type: "button", class: "button small", text: "→", title: t("Go on with it"), aria: { label: t("Go on with {token}", { token: text }) }, on: { click: () => go(text) } }));
    return row;
  });
}
