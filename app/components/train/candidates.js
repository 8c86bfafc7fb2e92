/** What the model expected at a place of the probe, before it saw the true token. */
import { element } from "../kit/dom.js";
import { number, probability } from "../kit/format.js";
import { tokenSpan } from "../kit/tokens.js";
import { t } from "../kit/words.js";

const LONGEST_CONTEXT = 16; // characters
const GAP = 6;
const TIMELINE_HEIGHT = 72;

export function showCandidates({ tooltip, frame, chips, point, position }) {
  tooltip.hidden = position === null || !point || !chips[position] || (point.losses[position] ?? null) === null;
  if (tooltip.hidden) return;
  tooltip.replaceChildren(...candidateRows(point, position));
  placeBelow(tooltip, frame, chips[position].node);
}

/** The likeliest ones; the true token is added if it was not among them. */
function candidateRows({ step, tokens, losses, top }, position) {
  const truth = tokens[position];
  const candidates = top[position - 1] ?? [];
  const largest = candidates[0]?.[1] || 1;
  const rows = candidates.map(([token, share]) => candidateRow(token, share, largest, token === truth));
  if (!candidates.some(([token]) => token === truth)) rows.push(candidateRow(truth, Math.exp(-losses[position]), largest, true));
  const context = lastTokens(tokens, position).map(tokenSpan);
  return [
    element("div", { class: "tooltip-title" }, t("after"), " ", element("bdi", { class: "context" }, ...context), element("b", { class: "mono truth-gap", text: "?" })),
    element("div", { class: "candidate-rows" }, ...rows),
    element("div", { class: "unit", text: t("surprise {loss} nats · step {step}", { loss: number(losses[position]), step }) }),
  ];
}

/** The tokens just before a place, at least one, as far as they fit into the tooltip. */
function lastTokens(tokens, position) {
  let start = position - 1;
  let length = tokens[start].length;
  while (start > 0 && length + tokens[start - 1].length <= LONGEST_CONTEXT) length += tokens[(start -= 1)].length;
  return tokens.slice(start, position);
}

function candidateRow(token, share, largest, isTruth) {
  const bar = element("span", { class: "candidate-bar" });
  bar.style.width = `${Math.min(1, share / largest) * 100}%`;
  return element("div", { class: isTruth ? "candidate truth" : "candidate" },
    element("span", { class: "candidate-token" }, tokenSpan(token)),
    element("span", { class: "candidate-track" }, bar),
    element("span", { class: "mono candidate-value", text: probability(share) }));
}

/** Below the chip, never on it; above it where it would lie on the timeline. */
function placeBelow(tooltip, frame, chip) {
  const frameBox = frame.getBoundingClientRect();
  const chipBox = chip.getBoundingClientRect();
  const wanted = chipBox.left - frameBox.left + chipBox.width / 2 - tooltip.offsetWidth / 2;
  const left = Math.max(0, Math.min(frameBox.width - tooltip.offsetWidth, wanted));
  const fitsBelow = chipBox.bottom + GAP + tooltip.offsetHeight < window.innerHeight - TIMELINE_HEIGHT;
  const top = fitsBelow ? chipBox.bottom + GAP : chipBox.top - GAP - tooltip.offsetHeight;
  tooltip.style.transform = `translate(${left}px, ${top - frameBox.top}px)`;
}
