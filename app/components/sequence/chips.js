/** A sentence as chips, each with its probability: those already multiplied stand out, the one in hand has a ring. */
import { element } from "../kit/dom.js";
import { percent } from "../kit/format.js";
import { inkOn } from "../kit/theme.js";
import { quotedToken, tokenSpan } from "../kit/tokens.js";
import { t } from "../kit/words.js";

const STRONGEST = 6; // nats: the full colour

export function createChips(store, name) {
  const row = element("div", { class: "sequence-chips" });
  const choose = element("button", { type: "button", class: `letter ${name}`, text: name, on: { click: () => store.set({ active: name }) } });
  const box = element("div", { class: "sequence-row" }, choose, row);
  let shown = null;
  let chips = [];
  store.watch([name, "at", "hovered", "active", "palette"], (state) => {
    const answer = state[name];
    box.hidden = !answer;
    if (!answer) return;
    if (shown !== answer) {
      shown = answer;
      chips = answer.tokens.map((token, place) => createChip(store, name, token, place, answer));
      row.replaceChildren(...chips);
    }
    const place = placeIn(answer, state);
    choose.setAttribute("aria-pressed", String(state.active === name));
    choose.setAttribute("aria-label", t("Sentence {name}: {text}", { name, text: answer.text }));
    chips.forEach((chip, index) => {
      const tint = index === 0 ? state.palette.chip : state.palette.surprise.at(Math.min(1, -answer.logs[index] / STRONGEST));
      chip.style.background = tint;
      chip.style.color = inkOn(tint);
      chip.classList.toggle("ahead", index > place);
      chip.classList.toggle("here", index === place && state.active === name);
    });
  });
  return box;
}

/** Where in a sentence one is: under the pointer, else as far as was stepped; the last token where that is further. */
export const placeIn = (answer, { hovered, at }) => Math.min(answer.tokens.length - 1, hovered ?? at);

function createChip(store, name, token, place, { logs, top }) {
  const says = place === 0 ? t("{token} is given: nothing comes before it.", { token: quotedToken(token) })
    : t("{token}: {share} after what comes before it; its first choice was {first} with {most}.",
      { token: quotedToken(token), share: percent(Math.exp(logs[place])), first: quotedToken(top[place - 1][0][0]), most: percent(top[place - 1][0][1]) });
  return element("span", { class: "sequence-chip", title: says, on: {
    pointerenter: () => store.set({ hovered: place, active: name }), pointerleave: () => store.set({ hovered: null }), click: () => store.set({ at: place, active: name }),
  } }, tokenSpan(token));
}
