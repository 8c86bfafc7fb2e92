/** One training step, every number of it: which step, which weight and how it moved, which token and what it gained. */
import { apiAddress } from "../kit/address.js";
import { element, setText } from "../kit/dom.js";
import { fixed, number } from "../kit/format.js";
import { t } from "../kit/words.js";
import { createCells } from "./one_step_cells.js";
import { createEquation } from "./one_step_equation.js";
import { createTokens } from "./one_step_tokens.js";

const LONGEST_WAIT = 20000;

/** {panel, choose(step or null for the newest), know(status), redraw(), stop()} */
export function createStepView({ base, runId, palette }) {
  const asked = { step: -1, part: "", row: 0, column: 0, window: -1 };
  let answer = null;
  let chosen;
  let turn = 0;
  let ended = false;

  const bar = element("div", { class: "loading", hidden: true });
  const trouble = element("p", { class: "notice", role: "alert", hidden: true });
  const which = element("select", { class: "step-choice", aria: { label: t("Step") }, onchange: () => ask({ step: Number(which.value) }) });
  const newest = element("button", { type: "button", class: "button small", hidden: true, onclick: () => ask({ step: -1 }) });
  const facts = element("p", { class: "caption step-facts", aria: { live: "polite" } });
  const cost = element("p", { class: "note" });
  const equation = createEquation();
  const cells = createCells({ palette, choose: (place) => ask(place) });
  const tokens = createTokens({ palette, choose: (window) => ask({ window }) });
  const body = element("div", { class: "step-body", hidden: true },
    element("div", { class: "step-heading" }, element("label", { class: "step-which" }, element("span", { class: "muted", text: t("Step") }), which), newest), facts,
    element("div", { class: "step-columns" }, element("div", { class: "step-column" }, cells.panel, equation.panel), tokens.panel), cost);
  const panel = element("div", {}, bar, trouble, body);

  async function ask(change) {
    Object.assign(asked, change);
    const mine = (turn += 1);
    bar.hidden = false;
    try {
      const response = await fetch(apiAddress(base, "step", { run: runId, ...asked }), { cache: "no-store", signal: AbortSignal.timeout(LONGEST_WAIT) });
      const found = await response.json().catch(() => ({}));
      if (mine !== turn || ended) return;
      if (response.ok) show(found);
      else refuse(found.error);
    } catch {
      if (mine === turn && !ended) refuse(null);
    }
    if (mine === turn) bar.hidden = true;
  }

  function refuse(sentence) {
    trouble.hidden = false;
    setText(trouble, sentence ?? t("The server does not answer. Close this part and open it again."));
  }

  function show(found) {
    answer = found;
    Object.assign(asked, { part: found.weight.name, row: found.weight.row, column: found.weight.column, window: found.window.name });
    trouble.hidden = true;
    body.hidden = false;
    which.replaceChildren(...found.kept.map((step) => element("option", { value: String(step), text: t("{step} → {next}", { step, next: step + 1 }) })));
    which.value = String(found.step);
    newest.hidden = true;
    setText(facts, stepSentence(found));
    setText(cost, t("Made again on the server in {seconds} s, from the weights and the optimizer's memory of step {step} and the same batch: bit for bit what the worker did. While nobody asks, it costs nothing.", { seconds: fixed(found.seconds), step: found.step }));
    redraw();
  }

  function redraw() {
    if (!answer) return;
    cells.show(answer);
    equation.show(answer);
    tokens.show(answer);
  }

  return {
    panel, redraw,
    choose(step) {
      if (step === chosen) return;
      chosen = step;
      ask({ step: step ?? -1 });
    },
    know(status) {
      const there = status?.checkpoint_step ?? null;
      newest.hidden = !answer || there === null || there <= answer.kept.at(-1) || there >= status.steps;
      if (!newest.hidden) setText(newest, t("Take step {step}, the newest", { step: there }));
    },
    stop() { ended = true; },
  };
}

/** What the step did as a whole. */
export function stepSentence({ loss, grad_norm: norm, clip, rate, ratio, batch }) {
  const clipped = norm > clip
    ? t("Its gradient is {norm} long, longer than {clip}, so all of it is shortened to that.", { norm: number(norm), clip: number(clip) })
    : t("Its gradient is {norm} long, within {clip}, so it stays as it is.", { norm: number(norm), clip: number(clip) });
  const effect = batch.after < batch.before
    ? t("On the {windows} windows of its batch the loss falls from {before} to {after}.", { windows: batch.windows, before: fixed(batch.before, 3), after: fixed(batch.after, 3) })
    : t("On the {windows} windows of its batch the loss does not fall: {before} before, {after} after.", { windows: batch.windows, before: fixed(batch.before, 3), after: fixed(batch.after, 3) });
  const moved = t("At a learning rate of {rate} the weights move by {ratio} of their length.", { rate: number(rate), ratio: number(ratio) });
  return [clipped, moved, effect].filter(Boolean).reduce((first, second) => t("{first} {second}", { first, second }));
}
