/** What the step did to one token of its batch, or of the sentence that the run follows: its share before and after. */
import { element, setText } from "../kit/dom.js";
import { fixed, number } from "../kit/format.js";
import { inkOn } from "../kit/theme.js";
import { quotedToken, tokenSpan } from "../kit/tokens.js";
import { t } from "../kit/words.js";

const PROBE = -1;
const CONTEXT = 12; // tokens before the chosen one that its sentence shows

/** How much less surprised the model is after the step: nats, above 0 where the token is expected more. */
export const gain = (before, after) => Math.log(after / before);

/** `choose(window)` asks for another window; `palette()` has the colours of the theme. */
export function createTokens({ palette, choose }) {
  let answer = null;
  let chosen = null;
  const which = element("select", { class: "window-choice", aria: { label: t("Text") }, onchange: () => { chosen = null; choose(Number(which.value)); } });
  const chips = element("div", { class: "step-tokens", role: "listbox", tabindex: "0", aria: { label: t("Tokens of the text") }, onkeydown: moveByKey });
  const caption = element("p", { class: "note" });
  const result = element("div", { class: "token-result", aria: { live: "polite" } });
  const panel = element("section", { class: "step-part", aria: { label: t("A token") } },
    element("div", { class: "panel-heading" }, element("h2", { text: t("A token") }), which), chips, caption, result);

  function moveByKey(event) {
    const stride = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!stride || !answer || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    pick(Math.max(1, Math.min(answer.window.tokens.length - 1, chosen + stride)));
  }

  function pick(place) {
    chosen = place;
    [...chips.children].forEach((chip, at) => chip.setAttribute("aria-selected", String(at === place)));
    showToken(result, answer.window, place);
  }

  return {
    panel,
    show(found) {
      const other = !answer || answer.window.name !== found.window.name || answer.step !== found.step;
      answer = found;
      const { window, batch } = found;
      const names = [...(window.name === PROBE || found.probe ? [[PROBE, t("the sentence that the run follows")]] : []), ...Array.from({ length: batch.windows }, (_, at) => [at, t("window {number} of the batch", { number: at + 1 })])];
      which.replaceChildren(...names.map(([value, text]) => element("option", { value: String(value), text })));
      which.value = String(window.name);
      const gains = window.before.map((before, at) => gain(before, window.after[at]));
      const largest = Math.max(...gains.map(Math.abs)) || 1;
      const ramp = palette().signed;
      chips.replaceChildren(...window.tokens.map((token, at) => {
        const chip = element("span", { class: "step-token", role: "option", onclick: at ? () => pick(at) : null, aria: { selected: "false" } }, tokenSpan(token));
        if (!at) return chip;
        const colour = ramp.at(0.5 + (0.42 * gains[at - 1]) / largest);
        Object.assign(chip.style, { background: colour, color: inkOn(colour) });
        return chip;
      }));
      setText(caption, textSentence(window, gains));
      const strongest = gains.reduce((best, value, at) => (Math.abs(value) > Math.abs(gains[best]) ? at : best), 0) + 1;
      pick(other || chosen === null ? strongest : chosen);
    },
  };
}

function textSentence({ name, before, after }, gains) {
  const mean = (shares) => shares.reduce((sum, share) => sum - Math.log(share), 0) / shares.length;
  const figures = { up: gains.filter((value) => value > 0).length, all: gains.length, before: fixed(mean(before), 3), after: fixed(mean(after), 3) };
  return name === PROBE
    ? t("Blue tokens are expected more than before, {up} of {all}. The step was made for other text: surprise {before} before, {after} after.", figures)
    : t("Blue tokens are expected more than before, {up} of {all}. The step was made for this text, among others: surprise {before} before, {after} after.", figures);
}

function showToken(result, { tokens, before, after }, place) {
  const shares = [before[place - 1], after[place - 1]];
  const largest = Math.max(...shares);
  const rows = [t("before the step"), t("after the step")].map((name, at) => {
    const bar = element("span", { class: "share-bar" });
    bar.style.width = `${(shares[at] / largest) * 100}%`;
    return [element("span", { class: "muted", text: name }), element("span", { class: "share-track" }, bar), element("span", { class: "mono", text: shareText(shares[at]) }),
      element("span", { class: "mono surprise-text", text: t("−ln {share} = {loss} nats", { share: number(shares[at]), loss: fixed(-Math.log(shares[at]), 4) }) })];
  });
  const context = tokens.slice(Math.max(0, place - CONTEXT), place).map(tokenSpan);
  const change = -gain(...shares);
  const words = change < 0
    ? t("The step made {token} less surprising by {change} nats.", { token: quotedToken(tokens[place]), change: number(-change) })
    : t("The step made {token} more surprising by {change} nats: it helped other tokens more.", { token: quotedToken(tokens[place]), change: number(change) });
  result.replaceChildren(
    element("p", { class: "token-context" }, element("bdi", { class: "context" }, ...context), element("b", { class: "chosen-token" }, tokenSpan(tokens[place]))),
    element("div", { class: "shares" }, ...rows.flat()), element("p", { class: "caption", text: words }));
}

/** 12.34 %: a step changes a share by little. */
const shareText = (share) => (share < 0.001 ? `${number(share * 100)}\u00a0%` : `${fixed(share * 100)}\u00a0%`);
