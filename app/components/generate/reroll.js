/** Twenty or two hundred draws against the probabilities: what chance does, and how far it strays. */
import { element, setText } from "../kit/dom.js";
import { number, percent, probability } from "../kit/format.js";
import { quotedToken, tokenSpan } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { OTHERS, tally } from "./sampling.js";

const ROLLS = [20, 200];
const SHOWN = 6;

export function createReroll({ onRoll }) {
  const buttons = ROLLS.map((count) => element("button", { type: "button", class: "button", text: `× ${count}`, aria: { label: t("Roll {count} times", { count }) }, on: { click: () => onRoll(count) } }));
  const rows = Array.from({ length: SHOWN + 1 }, createRow);
  const note = element("p", { class: "note" });
  const node = element("section", { class: "panel reroll", aria: { label: t("Roll it again") } },
    element("div", { class: "panel-heading" }, element("h2", { text: t("Roll it again") }), element("span", { class: "spacer" }), buttons),
    element("div", { class: "histogram", role: "list" }, rows.map((row) => row.node)), note);
  return {
    node,
    update({ candidates, rolls, texts }) {
      const groups = groupsOf(candidates, tally(candidates, rolls), texts);
      const made = rolls.length || ROLLS.at(-1);
      const largest = Math.max(...groups.map(({ share, count }) => Math.max(share + spreadOf(share, made), count / made)));
      rows.forEach((row, place) => {
        row.node.hidden = place >= groups.length;
        if (!row.node.hidden) paintRow(row, groups[place], largest, rolls.length);
      });
      setText(note, rolls.length ? outcome(groups[0], rolls.length) : t("Outlines are the probabilities. Roll to see how often each is really chosen."));
    },
  };
}

/** Two standard deviations of an observed share: where chance stays 95 times in 100. */
function spreadOf(share, rolls) {
  return 2 * Math.sqrt((share * (1 - share)) / rolls);
}

/** The likeliest candidates, and all others as one row. */
function groupsOf(candidates, counts, texts) {
  const head = candidates.filter(({ id }) => id !== OTHERS).slice(0, SHOWN).map(({ id, probability: share }) => ({
    token: texts[id], share, count: counts.get(id) ?? 0,
  }));
  const total = (key) => head.reduce((sum, group) => sum + group[key], 0);
  const rolled = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return [...head, { token: null, share: Math.max(1 - total("share"), 0), count: rolled - total("count") }];
}

function createRow() {
  const parts = {
    name: element("span", { class: "name" }), seen: element("span", { class: "seen" }), expected: element("span", { class: "expected" }),
    spread: element("span", { class: "spread" }), count: element("span", { class: "number" }),
  };
  const track = element("span", { class: "bar-track" }, parts.seen, parts.expected, parts.spread);
  return { node: element("div", { class: "roll", role: "listitem" }, parts.name, track, parts.count), ...parts };
}

function paintRow(row, { token, share, count }, largest, rolled) {
  const place = (value) => Math.min(Math.max(value / largest, 0), 1) * 100;
  const deviation = spreadOf(share, rolled || 1);
  row.name.replaceChildren(token === null ? element("span", { class: "note", text: t("others") }) : tokenSpan(token));
  row.seen.style.width = `${place(count / (rolled || 1))}%`;
  row.expected.style.width = `${place(share)}%`;
  row.spread.style.left = `${place(share - deviation)}%`;
  row.spread.style.right = `${100 - place(share + deviation)}%`;
  row.spread.hidden = !rolled || share === 0;
  setText(row.count, rolled ? String(count) : probability(share));
  const values = { token: token === null ? t("others") : quotedToken(token), share: percent(share), count, rolls: rolled };
  row.node.setAttribute("aria-label", rolled ? t("{token}: probability {share}, {count} of {rolls} rolls", values) : t("{token}: probability {share}", values));
}

function outcome({ token, share, count }, rolls) {
  return t("{token} came {count} times; its probability promises {expected}. Chance stays within the bracket 95 times in 100.", {
    token: quotedToken(token), count, expected: number(share * rolls),
  });
}
