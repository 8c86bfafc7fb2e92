/** Naming what may come next: type or pick up to three tokens, say how sure one is; the rest is spread over all others. */
import { element, setText } from "../kit/dom.js";
import { quotedToken, tokenSpan } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { leftOver, shareOfOthers, withOneMore, withPercent } from "./maths.js";
import { shareText } from "./verdict.js";

const LONGEST = 60; // characters; the server reads no more
const STEP = 5; // percent, by the arrow keys in the field

/** `onType(text)` asks what it begins with, `onReveal()` plays. */
export function createForm(store, { onType, onReveal }) {
  const field = element("input", { type: "text", class: "guess-field", maxlength: LONGEST, autocomplete: "off", autocapitalize: "off", spellcheck: "false", dir: "auto",
    aria: { label: t("What comes next?"), describedby: "guess-keys" }, placeholder: t("What comes next?"), on: { keydown: onKey, input: () => label() } });
  const play = element("button", { type: "submit", class: "button primary", text: t("Name it") });
  const keys = element("p", { class: "note", id: "guess-keys" });
  const rows = element("div", { class: "named" });
  const rest = element("p", { class: "rest", role: "status" });
  const buttons = element("div", { class: "picks", role: "group", aria: { label: t("Tokens to pick from") } });
  const form = element("form", { class: "guess-form", on: { submit } }, element("div", { class: "guess-line" }, field, play), keys, rows, rest, buttons);

  /** Never disabled: Enter in the field would then do nothing. */
  const label = () => setText(play, field.value || !store.state.named.length ? t("Name it") : t("Reveal"));
  function submit(event) {
    event.preventDefault();
    if (field.value) onType(field.value);
    else if (!store.state.named.length) field.focus();
    else if (!store.state.asking && store.state.place.turn === store.state.turn) onReveal();
  }
  function onKey(event) {
    const by = { ArrowUp: STEP, ArrowDown: -STEP }[event.key];
    if (event.key === "Enter" && (event.isComposing || event.repeat)) event.preventDefault();
    if (!by || !store.state.named.length) return;
    event.preventDefault();
    const at = store.state.named.length - 1;
    change(at, store.state.named[at].percent + by);
  }
  const give = (percents) => store.set({ named: store.state.named.map((one, at) => ({ ...one, percent: percents[at] })) });
  const percents = () => store.state.named.map((one) => one.percent);
  const change = (at, wanted) => give(withPercent(percents(), at, wanted));
  const drop = (id) => store.set({ named: store.state.named.filter((one) => one.id !== id) });

  /** Name a token; `other` is what the same letters are after a space, where that is another token. */
  function name([id, text], other = null) {
    const { named, place } = store.state;
    if (named.some((one) => one.id === id)) return;
    const kept = named.length < place.most ? named : named.slice(0, -1); // one too many takes the last one's place
    const shares = withOneMore(kept.map((one) => one.percent));
    store.set({ named: [...kept, { id, text, other }].map((one, at) => ({ ...one, percent: shares[at] })) });
  }
  const swap = (at) => store.set({ named: store.state.named.map((one, place) => (place === at ? { ...one, id: one.other[0], text: one.other[1], other: [one.id, one.text] } : one)) });

  store.watch(["place"], ({ place }) => {
    if (!place) return;
    setText(keys, t("Enter names it, ↑ and ↓ say how sure, Enter again reveals. A space in front counts. Up to {most} tokens.", { most: place.most }));
    buttons.replaceChildren(...place.pick.map(([id, text]) => {
      return element("button", { type: "button", class: "pick", "data-id": id, aria: { label: quotedToken(text) }, on: { click: () => {
        if (store.state.named.some((one) => one.id === id)) drop(id);
        else name([id, text]);
      } } }, tokenSpan(text));
    }));
  });
  store.watch(["place", "named"], ({ place, named }) => {
    if (!place) return;
    for (const button of buttons.children) button.setAttribute("aria-pressed", String(named.some((one) => String(one.id) === button.dataset.id)));
    drawRows(rows, named, { change, drop, swap, back: () => field.focus() });
    const shares = { left: shareText(leftOver(percents()) / 100), others: place.vocabulary - named.length, each: shareText(shareOfOthers(percents(), place.vocabulary)) };
    setText(rest, named.length ? t("All {others} other tokens share the remaining {left}: {each} each. So no token has 0, and all add up to 100 %.", shares)
      : t("{others} tokens are possible. As long as you name none, each has {each}.", shares));
    label();
  });
  return { form, field, name, clear() { field.value = ""; label(); } };
}

/** One row a token; a row that stays keeps its slider, so that a hand on it is not interrupted. */
function drawRows(rows, named, { change, drop, swap, back }) {
  const kept = new Map([...rows.children].map((row) => [row.dataset.id, row]));
  rows.replaceChildren(...named.map(({ id, text, percent: share, other }, at) => {
    const row = kept.get(String(id)) ?? element("div", { class: "named-row", "data-id": id },
      element("span", { class: "named-token" }, tokenSpan(text)),
      element("input", { type: "range", min: 1, max: 99, step: 1, aria: { label: t("How sure of {token}", { token: quotedToken(text) }) } }),
      element("output", { class: "number" }),
      element("button", { type: "button", class: "button swap" }),
      element("button", { type: "button", class: "button round", text: "×", aria: { label: t("Take back {token}", { token: quotedToken(text) }) } }));
    const [, slider, output, otherButton, away] = row.children;
    slider.oninput = () => { change(at, Number(slider.value)); };
    slider.value = share;
    slider.setAttribute("aria-valuetext", `${share} %`);
    setText(output, `${share} %`);
    otherButton.hidden = !other || named.some((one) => one.id === other[0]);
    if (other) {
      setText(otherButton, t("rather {token}", { token: quotedToken(other[1]) }));
      otherButton.onclick = () => { swap(at); back(); }; // the row goes, and the focus with it
    }
    away.onclick = () => { drop(id); back(); };
    return row;
  }));
}
