/** Probes into a trained model, one at a time: the sentence above, the section that the page asked for below. */
import { apiAddress } from "../kit/address.js";
import { element } from "../kit/dom.js";
import { mount } from "../kit/mount.js";
import { readPalette } from "../kit/theme.js";
import { t } from "../kit/words.js";
import { createAsked } from "../inside/asked.js";
import { createAsker } from "./ask.js";
import { followInView } from "./follow.js";
import { createGradients } from "./gradients.js";
import { createLens } from "./lens.js";
import { createMap } from "./map.js";
import { createNeurons } from "./neurons.js";
import { createPatching } from "./patching.js";
import { createProgress, isLong } from "./progress.js";
import { createSentence } from "./sentence.js";
import { createSurgery } from "./surgery.js";
import { createWho } from "./who.js";
import { createWithout } from "./without.js";

const SECTIONS = {
  lens: createLens, who: createWho, without: createWithout, surgery: createSurgery, patching: createPatching, neurons: createNeurons, gradients: createGradients, map: createMap,
};

export default mount((root, { data, setState }) => {
  let page = start(root, data, setState);
  return {
    update(next) {
      if (next.run === page.run && next.section === page.section) { page.redraw(); return; }
      page.dispose();
      page = start(root, next, setState);
    },
    themeChanged: () => page.redraw(),
    dispose: () => page.dispose(),
  };
});

/** A section is {node, question, values(), draw(answer, palette)}; it may ask again with `again()`. */
function start(root, data, setState) {
  const { ask, stop } = createAsker(data);
  let text = data.text ?? "";
  let at = data.at ?? null; // the step of the model that reads; null: the newest
  let answer = null;
  let timer = 0;
  let asked = false;
  let agreed = false; // to long work
  let question = 0;
  const sentence = createSentence({ text, onAsk(next) { text = next; section.forget?.(); again(); }, onStep(next) { at = next; again(); } });
  const sentenceOf = () => ({ text, ...(at === null ? {} : { step: at }) });
  const palette = () => readPalette(root);
  const origin = createAsked({ palette, ask: (values) => ask("number", { ...sentenceOf(), ...values }), about: () => ({ tokens: answer?.tokens, heads: answer?.heads, ...section.about?.() }) });
  const section = SECTIONS[data.section]({ ask, start: data, again, sentenceOf, remember, redraw, palette, origin });
  sentence.form.hidden = Boolean(section.alone || section.follows); // it asks about no sentence of its own
  const body = element("div", { class: "section-body" }, section.node, element("p", { class: "note", text: t("Press an underlined number, or a cell of a map that switches nothing, to see where it comes from.") }));
  const progress = createProgress({
    onStop() { question += 1; progress.show(answer, true); sentence.show({ answer }); },
    onGo() { agreed = true; again({ goesOn: true }); },
  });
  root.replaceChildren(element("section", { class: "probing", aria: { label: section.title } }, sentence.box, progress.box, body, origin.panel));

  /** Ask the section's question again; the picture of before stays until the answer is here. */
  async function again({ goesOn = false } = {}) {
    const mine = (question += 1);
    asked = true;
    if (!goesOn) { agreed = false; origin.close(); }
    sentence.show({ busy: true, answer });
    body.classList.toggle("waiting", answer === null);
    let [found, waits] = [null, false];
    do {
      found = await ask(section.question, { text, ...(at === null ? {} : { step: at }), ...section.values() });
      if (found === null || mine !== question) return; // another question took its place, or it was stopped
      if (found.error) { sentence.show({ answer, error: found.error }); return; }
      answer = found;
      body.classList.remove("waiting");
      waits = isLong(found) && !agreed;
      sentence.show({ answer, busy: Boolean(found.left) && !waits });
      progress.show(found, waits);
      redraw();
    } while (found.left && !waits); // what takes long comes in parts
    remember();
  }

  function redraw() {
    if (answer) requestAnimationFrame(() => section.draw(answer, readPalette(root)));
  }

  /** What is chosen goes into the address, a moment after the last choice. */
  function remember() {
    clearTimeout(timer);
    timer = setTimeout(() => setState("view", { run: data.run, ...(section.follows ? {} : { text: text || null, at }), ...section.view?.() }), 300);
  }

  const stopFollowing = section.follows ? followInView((view) => {
    if (view.run !== data.run || (view.text === text && view.step === at)) return;
    if (view.text !== text) section.forget?.();
    ({ text, step: at } = view);
    again();
  }) : () => {};
  if (!asked) again();
  fetch(apiAddress(data.base, "checkpoints", { run: data.run }), { cache: "no-store" }).then(async (response) => {
    if (response.ok) sentence.offer((await response.json()).steps, at ?? Infinity);
  }, () => {}); // without an answer there is no choice; the newest model reads
  return { run: data.run, section: data.section, redraw, dispose() { clearTimeout(timer); stopFollowing(); stop(); section.stop?.(); } };
}
