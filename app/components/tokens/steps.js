/** One word cut step by step: every row of `explain` under the characters it came from, new pieces outlined. */
import { element, iconButton, setText } from "../kit/dom.js";
import { isByte, tokenSpan, visibleToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { cellsOf, isWide, newPieces, placeAmong, placeInBytes, placePieces } from "./alignment.js";
import { stepName } from "./captions.js";

const PERIOD = 700;

export function createSteps(store) {
  const rows = element("div", { class: "ladder", role: "list" });
  const about = element("span", { class: "unit" });
  const place = element("output", { class: "note" });
  const controls = createControls(store);
  const panel = element("section", { class: "panel steps", aria: { label: t("Step by step") } },
    element("div", { class: "panel-heading" }, element("h2", { text: t("Step by step") }), about, element("span", { class: "spacer" }), place, ...controls.buttons),
    element("div", { class: "ladder-frame", tabindex: "0", role: "region", aria: { label: t("Step by step") } }, rows));
  let drawn = [];
  let told = "";
  store.watch(["data"], ({ data }) => {
    const telling = JSON.stringify(data.steps);
    if (told === telling) return; // one types far behind the word that is explained
    told = telling;
    drawn = ladder(data.steps);
    rows.style.setProperty("--cells", Math.max(1, ...drawn.map(({ cells }) => cells)));
    rows.classList.toggle("roomy", data.steps.some(({ pieces }) => pieces.some(isWide)));
    rows.replaceChildren(...drawn.map(({ node }) => node));
    setText(about, data.part ? `“${visibleToken(data.part)}”` : "");
  });
  store.watch(["data", "step"], ({ step }) => {
    const last = drawn.length - 1;
    const shown = Math.min(step ?? last, last);
    drawn.forEach(({ node }, index) => {
      node.classList.toggle("hidden-step", index > shown);
      node.classList.toggle("current", index === shown);
      node.setAttribute("aria-hidden", String(index > shown));
    });
    setText(place, t("{step} of {steps}", { step: shown + 1, steps: last + 1 }));
    controls.show(shown, last);
  });
  return { panel, dispose: controls.dispose };
}

/** One grid row a step; a cell is a character, or a byte where the last step spells bytes. */
function ladder(steps) {
  const characters = steps[0].pieces;
  const bytes = (step) => step.name === "UTF-8 bytes";
  const inBytes = steps.some(bytes);
  const cells = inBytes ? characters.map((character) => new TextEncoder().encode(character).length) : cellsOf(characters, steps.at(-1).pieces);
  // some tokenizers put a space before a text: then all that lacks it begins one cell later
  const spaced = steps.at(-1).pieces.join("").startsWith(" ") && !characters.join("").startsWith(" ");
  const late = ({ name, pieces }) => Number(spaced && (name === "UTF-8 bytes" ? pieces[0] !== "20" : !pieces.join("").startsWith(" ")));
  const total = cells.reduce((sum, width) => sum + width, 0) + Number(spaced);
  const spelled = ({ pieces }) => pieces.join("") === characters.join("");
  let before = null;
  return steps.map((step, number) => {
    const ofWords = step.ids && steps[number - 1]?.name === "words" && steps[number - 1].pieces.length === step.pieces.length;
    const placed = ofWords ? step.pieces.map((piece, index) => ({ ...before[index], piece }))
      : inBytes && !bytes(step) ? placeInBytes(step.pieces)
        : (!inBytes && !spaced && !spelled(step) && placeAmong(step.pieces, characters, cells)) || placePieces(step.pieces, characters, cells, bytes(step));
    const fresh = newPieces(before, placed);
    before = placed;
    const pieces = placed.map(({ piece, start, span }, index) => {
      const node = element("span", { class: "rung-piece" }, bytes(step) ? element("span", { class: "token byte", text: piece }) : tokenSpan(piece));
      if (step.ids) node.append(element("span", { class: "rung-id mono", text: String(step.ids[index]) }));
      node.style.gridColumn = `${start + 1 + late(step)} / span ${Math.max(1, span)}`;
      node.classList.toggle("fresh", fresh[index] && !bytes(step) && !isByte(piece));
      node.classList.toggle("alternate", index % 2 === 1);
      return node;
    });
    return {
      cells: total,
      node: element("div", { class: "rung", role: "listitem" }, element("span", { class: "rung-name", text: stepName(step.name) }), element("span", { class: "rung-pieces" }, pieces)),
    };
  });
}

function createControls(store) {
  let [shown, last, timer] = [0, 0, 0];
  const go = (step) => store.set({ step: step >= last ? null : Math.max(0, step) });
  const stop = () => { clearInterval(timer); timer = 0; play.show("play", t("Play the steps")); };
  const back = iconButton({ class: "button round", icon: "back", text: t("One step back"), onClick: () => { stop(); go(shown - 1); } });
  const next = iconButton({ class: "button round", icon: "step", text: t("One step on"), onClick: () => { stop(); go(shown + 1); } });
  const play = iconButton({
    class: "button round", icon: "play", text: t("Play the steps"),
    onClick: () => {
      if (timer) return stop();
      if (shown === last) go(0);
      play.show("pause", t("Pause the steps"));
      timer = setInterval(() => { if (shown === last) stop(); else go(shown + 1); }, PERIOD);
      return undefined;
    },
  });
  function show(now, end) {
    [shown, last] = [now, end];
    back.button.disabled = now <= 0;
    next.button.disabled = now >= end;
  }
  return { buttons: [back.button, play.button, next.button], show, dispose: () => clearInterval(timer) };
}
