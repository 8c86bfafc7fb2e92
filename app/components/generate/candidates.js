/** The table from score to slice; rows keep their identity and slide to their new rank. */
import { element, iconButton, setText } from "../kit/dom.js";
import { fixed, number, probability } from "../kit/format.js";
import { quotedToken, tokenSpan, visibleToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { asked } from "../inside/numbers.js";
import { hasPenalties, OTHERS } from "./sampling.js";
import { cutReason } from "./wording.js";

const SHOWN = 10; // the chosen ones among them, however far down; then one line for the rest
const ROW_HEIGHT = 32;

/** The candidates that get a row: the head, and any chosen one of the tail. */
function rowsOf(candidates, chosenIds) {
  const named = candidates.filter(({ id }) => id !== OTHERS);
  const tail = named.filter(({ id, rank }) => rank >= SHOWN && chosenIds.includes(id));
  return [...named.slice(0, SHOWN - tail.length), ...tail];
}

/** `onBranch(id)`: go on with this candidate in place of the one that was written. */
export function createCandidates({ onHover, onLock, onBranch, origin }) {
  const scaledHead = element("span", { class: "detail" });
  const penaltyHead = element("span", { class: "detail" });
  const column = (kind, title, detail) => element("div", { class: `cell ${kind}`, role: "columnheader" }, title, detail);
  const detail = (text) => element("span", { class: "detail", text });
  const head = element("div", { class: "row head", role: "row" },
    column("name", t("candidate"), detail("")), column("logit", t("logit"), detail(t("score"))),
    column("penalised", t("after penalties"), penaltyHead), column("scaled", t("after temperature"), scaledHead), column("kept", t("kept?"), detail("top-k, top-p, min-p")),
    column("share", t("probability"), detail(t("outline: as written"))), column("slice", t("slice"), detail(t("of the line"))), column("go", t("go on"), detail("")));
  const body = element("div", { class: "rows", role: "rowgroup", tabindex: "0", aria: { label: t("Candidates: up and down arrows move, Enter goes on with one, Escape lets go") } });
  const rest = element("div", { class: "note rest" });
  const sum = element("p", { class: "sum mono" });
  const table = element("div", { class: "candidates", role: "table", aria: { label: t("Candidates of this choice") } }, head, body);
  const node = element("section", { class: "panel table-panel", aria: { label: t("Candidates of this choice") } }, table, rest, sum);

  const rows = new Map();
  let shown = [];
  let locked = null;

  const isNumber = (event) => event.target.closest("[data-key]") !== null;
  const idUnder = (event) => {
    const row = event.target.closest(".row");
    return row ? Number(row.dataset.id) : null;
  };
  body.addEventListener("pointermove", (event) => onHover(idUnder(event)));
  body.addEventListener("pointerleave", () => onHover(null));
  body.addEventListener("click", (event) => (event.target.closest(".go") ? onBranch(idUnder(event)) : onLock(idUnder(event), isNumber(event))));
  body.addEventListener("dblclick", (event) => { if (!event.target.closest(".go") && !isNumber(event)) onBranch(idUnder(event)); });
  body.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target === body && locked !== null) onBranch(locked);
    const shift = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!shift || !shown.length) return;
    event.preventDefault();
    event.stopPropagation();
    const place = shown.findIndex(({ id }) => id === locked);
    locked = shown[Math.min(Math.max(place + shift, 0), shown.length - 1)].id; // a second press may come before the next frame
    onLock(locked, true);
  });

  function rebuild() {
    rows.clear();
    body.replaceChildren();
  }

  function update({ then, now, focusId, lockedId, settings, texts, scale, given }) {
    locked = lockedId;
    shown = rowsOf(now.candidates, [then.chosen.id, now.chosen.id]);
    const before = new Map(then.candidates.map((candidate) => [candidate.id, candidate]));
    const largest = Math.max(now.candidates[0].probability, then.candidates[0].probability);
    setText(scaledHead, `÷ ${fixed(settings.temperature)}`);
    setText(penaltyHead, penaltyWords(settings));
    table.classList.toggle("penalties", hasPenalties(settings));
    shown.forEach((candidate, place) => {
      if (!rows.has(candidate.id)) rows.set(candidate.id, createRow(texts[candidate.id], candidate.id, origin));
      const row = rows.get(candidate.id);
      paintRow(row, candidate, {
        place, height: ROW_HEIGHT * scale, largest, before: before.get(candidate.id), chosen: candidate.id === now.chosen.id,
        written: candidate.id === then.chosen.id, focused: candidate.id === focusId, locked: candidate.id === lockedId, given,
      });
    });
    const visible = new Set(shown.map(({ id }) => id));
    for (const [id, row] of rows) if (!visible.has(id)) row.node.remove();
    inOrder(body, shown.map(({ id }) => rows.get(id).node));
    body.style.height = `${shown.length * ROW_HEIGHT * scale}px`;
    setText(rest, restWords(now.candidates.filter(({ id }) => !visible.has(id))));
    setText(sum, arithmetic(now.candidates.find(({ id }) => id === (focusId ?? now.chosen.id)) ?? now.chosen, now.candidates, texts, settings));
  }
  return { node, rebuild, update };
}

/** Keep the reading order that of the ranks; a row that is moved, not re-inserted, still slides. */
function inOrder(body, nodes) {
  nodes.forEach((node, place) => {
    const there = body.children[place] ?? null;
    if (there === node) return;
    if (node.parentNode === body && body.moveBefore) body.moveBefore(node, there);
    else body.insertBefore(node, there);
  });
}

function restWords(others) {
  const sumOf = (value) => others.reduce((sum, candidate) => sum + value(candidate), 0);
  const count = sumOf((candidate) => candidate.count);
  const cut = sumOf((candidate) => (candidate.cut ? candidate.count : 0));
  const share = probability(sumOf((candidate) => candidate.probability));
  if (count === 0) return "";
  if (cut === count) return t("{count} other candidates, all cut", { count });
  if (cut === 0) return t("{count} other candidates have {share} together", { count, share });
  return t("{count} other candidates: {cut} cut, the rest has {share}", { count, cut, share });
}

function createRow(token, id, origin) {
  const cell = (kind, ...children) => element("div", { class: `cell ${kind}`, role: "cell" }, ...children);
  const parts = {
    tag: element("span", { class: "tag" }),
    penalised: cell("penalised number"), numbers: Object.fromEntries(["logit", "penalised", "scaled", "reason", "value", "from", "to"].map((name) => [name, origin.live({ tabbed: false })])),
    badge: element("span", { class: "badge" }), dash: element("span"),
    bar: element("span", { class: "bar" }), ghost: element("span", { class: "ghost" }),
    go: iconButton({ icon: "branch", text: t("Go on with {token}", { token: quotedToken(token) }), class: "button round", onClick: () => {} }).button,
  };
  parts.go.tabIndex = -1; // by keys: Enter on the row that is held
  const { logit, penalised, scaled, reason, value, from, to } = parts.numbers;
  parts.penalised.append(penalised.node);
  reason.node.classList.add("reason");
  const node = element("div", { class: "row", role: "row", "data-id": id, aria: { label: quotedToken(token) } },
    cell("name", tokenSpan(token), parts.tag), cell("logit number", logit.node), parts.penalised, cell("scaled number", scaled.node), cell("kept", parts.badge, reason.node),
    cell("share", element("span", { class: "bar-track" }, parts.bar, parts.ghost), element("span", { class: "value number" }, value.node)),
    cell("slice number", from.node, parts.dash, to.node), cell("go", parts.go));
  return { node, ...parts };
}

function paintRow(row, candidate, { place, height, largest, before, chosen, written, focused, locked, given }) {
  row.node.style.transform = `translateY(${place * height}px)`;
  row.node.setAttribute("aria-rowindex", place + 1);
  for (const [name, on] of Object.entries({ cut: candidate.cut, chosen, focused, locked })) row.node.classList.toggle(`is-${name}`, Boolean(on));
  setText(row.tag, written && !chosen ? t("written") : "");
  row.go.disabled = written;
  const ask = (key) => asked(given, key, candidate.id);
  const { numbers } = row;
  for (const { node } of Object.values(numbers)) node.tabIndex = locked ? 0 : -1; // by keys: those of the row that is held
  numbers.logit.show(fixed(candidate.logit), ask("choice.logit"));
  numbers.penalised.show(fixed(candidate.score), ask("choice.penalised"));
  row.penalised.classList.toggle("lowered", candidate.score !== candidate.logit);
  numbers.scaled.show(fixed(candidate.scaled), ask("choice.scaled"));
  setText(row.badge, candidate.cut ? candidate.cut.by : "✓");
  numbers.reason.show(cutReason(candidate), candidate.cut && ask("choice.left"));
  row.bar.style.width = `${(candidate.probability / largest) * 100}%`;
  row.ghost.style.width = `${((before?.probability ?? 0) / largest) * 100}%`;
  numbers.value.show(candidate.probability === 0 ? "0" : probability(candidate.probability), ask("choice.final"));
  const none = candidate.probability === 0;
  numbers.from.show(none ? "" : candidate.from.toFixed(3), none ? null : ask("choice.from"));
  setText(row.dash, "–");
  numbers.to.show(none ? "" : candidate.to.toFixed(3), none ? null : ask("choice.to"));
}

/** The penalties that are on: "÷ 1.20, − 0.50". */
function penaltyWords({ repetition_penalty: repetition, presence_penalty: presence, frequency_penalty: frequency }) {
  return [repetition === 1 ? "" : `÷ ${fixed(repetition)}`, presence ? `− ${fixed(presence)}` : "", frequency ? `− ${fixed(frequency)} n` : ""].filter(Boolean).join(", ");
}

/** The arithmetic of one candidate, with the numbers of this choice. */
export function arithmetic(candidate, candidates, texts, settings) {
  if (candidate.id === OTHERS) return `p(${t("others")}) = ${probability(candidate.probability)}`;
  const mark = visibleToken(texts[candidate.id]);
  if (candidate.cut) return `p(${mark}) = 0: ${candidate.cut.by}, ${cutReason(candidate)}`;
  if (settings.temperature === 0) return `p(${mark}) = ${candidate.rank === 0 ? 1 : 0}: ${t("temperature 0 takes the top")}`;
  const top = candidates[0].scaled;
  const weights = candidates.reduce((sum, { cut, weight }) => sum + (cut ? 0 : weight), 0);
  const score = candidate.score < 0 ? `(${number(candidate.score)})` : number(candidate.score);
  return `p(${mark}) = e^(${score} ÷ ${fixed(settings.temperature)} − ${number(top).replace("−", "(−")}${top < 0 ? ")" : ""}) ÷ Σ`
    + ` = ${number(candidate.weight)} ÷ ${number(weights)} = ${probability(candidate.probability)}`;
}
