/** The whole matrix of one head, stage by stage: q·k, ÷ √d, + mask, softmax, × V, with the numbers of one cell and the code. */
import { animate, disable, element, iconButton, setText } from "../kit/dom.js";
import { fixed } from "../kit/format.js";
import { quotedToken } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { penFor } from "./canvas.js";
import { headName } from "./names.js";
import { figure, headNumber } from "./origins.js";
import { wideNumber } from "./numbers.js";
import { limitOf, passOf, STAGES } from "./pass.js";
import { shownQuery } from "./view.js";
import { windowOf } from "./window.js";

const PAUSE = 1100;
const SWEEP = 900;
const LARGEST = 420; // pixels of the matrix
const STRIP = { least: 40, most: 128, perNumber: 6 };
const NARROW_BELOW = 640;
const GAP = 20;
const HEAD = 18;
const READS = { raw: ["q", "k"], scaled: ["matrix"], masked: ["matrix"], weights: ["matrix"], z: ["matrix", "v"] };
const LINES = { raw: /q @ k/, scaled: /q @ k|divisor/, masked: /causal|hidden|nothing|visible = /, weights: /softmax/, z: /@ v/ };

const stageLabel = (stage) => ({ raw: "q·k", scaled: "÷ √d", masked: t("+ mask"), weights: t("softmax"), z: t("× V") })[stage];

const stageSays = (stage, { causal, scaled }) => ({
  raw: t("Every query with every key: one product of two matrices gives all pairs at once, later tokens too."),
  scaled: scaled ? t("All of them divided by √d: the same picture, paler.") : t("This run does not divide by √d: nothing changes."),
  masked: causal ? t("−∞ where a token would look ahead: half of the matrix goes out.") : t("This run has no mask: nothing changes."),
  weights: t("Each row by itself: e to the power of each score, divided by the sum of its row. Every row now adds up to 1."),
  z: t("Each row of weights mixes the value rows v: what the head hands on for that token."),
})[stage];

export function createWhole(film, store, { lockQuery, code, origin }) {
  const canvas = element("canvas", { class: "whole-canvas", role: "img", tabindex: "0" });
  const subject = element("p", { class: "muted" });
  const say = element("p", { class: "say" });
  const equation = element("p", { class: "whole-equation", aria: { live: "polite" } });
  const play = iconButton({ class: "button round primary", icon: "play", text: t("Play the stages"), onClick: toggle });
  const back = iconButton({ class: "button round", icon: "back", text: t("One stage back"), onClick: () => goTo(store.state.stage - 1) });
  const forward = iconButton({ class: "button round", icon: "step", text: t("One stage on"), onClick: () => goTo(store.state.stage + 1) });
  const buttons = STAGES.map((stage, index) => element("button", { type: "button", text: stageLabel(stage), on: { click: () => goTo(index) } }));
  const lines = code.trimEnd().split("\n").map((text) => element("span", { class: "code-line", text: `${text}\n` }));
  const body = element("div", { class: "whole-body" }, element("div", { class: "whole-frame" }, canvas), equation,
    element("details", { class: "values" }, element("summary", { text: t("The lines of lm_core that do this") }), element("pre", { class: "code" }, element("code", {}, ...lines))));
  const panel = element("section", { class: "panel whole", aria: { label: t("The whole matrix") } },
    element("div", { class: "panel-heading" }, element("div", {}, element("h2", { text: t("The whole matrix") }), subject),
      element("span", { class: "spacer" }), element("div", { class: "transport" }, back.button, play.button, forward.button)),
    element("div", { class: "steps", role: "group", aria: { label: t("Stages") } }, ...buttons), element("div", { class: "loading" }), say, body);
  let [timer, stopSweep, pass, of, places, ahead, asked] = [0, () => {}, null, null, null, null, null];

  canvas.addEventListener("pointermove", hover);
  canvas.addEventListener("pointerleave", () => { ahead = null; store.set({ hoveredQuery: null, hoveredKey: null }); });
  canvas.addEventListener("keydown", moveByArrow);
  canvas.addEventListener("blur", () => { if (ahead !== null) { ahead = null; draw(store.state); } });
  canvas.addEventListener("click", (event) => {
    hover(event);
    const { hoveredQuery, hoveredKey } = store.state;
    if (hoveredQuery !== null) lockQuery(hoveredQuery, hoveredKey);
  });

  // ------------------------------------------------------------------ stages

  function goTo(index) {
    pause();
    start(index);
  }

  function start(index) {
    const stage = Math.max(0, Math.min(STAGES.length - 1, index));
    const onward = stage > store.state.stage;
    stopSweep();
    store.set({ stage, stagePart: onward ? 0 : 1 });
    if (onward) stopSweep = animate(SWEEP, (part) => store.set({ stagePart: part }));
  }

  function toggle() {
    if (store.state.stagePlaying) { pause(); return; }
    if (store.state.stage === STAGES.length - 1) store.set({ stage: 0, stagePart: 1 });
    store.set({ stagePlaying: true });
    timer = setTimeout(next, PAUSE);
  }

  function next() {
    if (store.state.stage === STAGES.length - 1) { pause(); return; }
    start(store.state.stage + 1);
    timer = setTimeout(next, SWEEP + PAUSE);
  }

  function pause() {
    clearTimeout(timer);
    store.set({ stagePlaying: false });
  }

  // ----------------------------------------------------------------- drawing

  function draw(state) {
    if (!state.palette || state.vectors === "waiting") return;
    panel.hidden = state.vectors === null;
    if (panel.hidden) return;
    if (of !== state.vectors) [of, pass] = [state.vectors, passOf(state.vectors)];
    const stage = STAGES[state.stage];
    drawTransport(state, stage);
    drawMatrices(state, stage);
    const query = shownQuery(state) ?? film.size - 1;
    const key = ahead ?? Math.min(state.hoveredQuery === null ? state.key ?? query : state.hoveredKey ?? query, film.size - 1);
    setText(subject, t("Head {head}: {token} at {position} and {target} at {place}.",
      { head: headName(state.locked), token: quotedToken(film.tokens[query]), position: query + 1, target: quotedToken(film.tokens[key]), place: key + 1 }));
    const words = wordEquation(stage, query, key);
    const result = words.lastIndexOf(" ") + 1; // the number itself stands last
    asked = state.hoveredQuery === null && words ? headNumber(film, state, tensorOf(stage), query, stage === "z" ? 0 : key) : null;
    equation.replaceChildren(words.slice(0, result), figure(origin, words.slice(result), asked));
    canvas.setAttribute("aria-label", `${stageSays(stage, of)} ${words}`);
  }

  function drawTransport(state, stage) {
    buttons.forEach((button, index) => {
      button.classList.toggle("done", index <= state.stage);
      if (index === state.stage) button.setAttribute("aria-current", "step");
      else button.removeAttribute("aria-current");
    });
    play.show(state.stagePlaying ? "pause" : "play", state.stagePlaying ? t("Pause the stages") : t("Play the stages"));
    disable(back.button, state.stage === 0, buttons[state.stage]);
    disable(forward.button, state.stage === STAGES.length - 1, buttons[state.stage]);
    setText(say, stage === "z" && !of.v ? t("v was not kept at this moment, only q and k. The newest moment has it.") : stageSays(stage, of));
    lines.forEach((line) => line.classList.toggle("now", LINES[stage].test(line.textContent)));
  }

  /** Five blocks in a row, all with a row for each token: Q, K, the matrix, V, Z; where it is narrow only those of the stage. */
  function drawMatrices(state, stage) {
    const seen = windowOf(film, state);
    const { palette } = state;
    const narrow = body.clientWidth < NARROW_BELOW * palette.scale;
    const blocks = blocksOf(state, stage).filter(({ name, made }) => !narrow || made || name === "matrix" || READS[stage].includes(name));
    const strip = narrow ? STRIP.least : Math.max(STRIP.least, Math.min(STRIP.most, of.dHead * STRIP.perNumber));
    const room = body.clientWidth - (blocks.length - 1) * (strip + GAP);
    const side = Math.max(160, Math.min(LARGEST * palette.scale, room - 2));
    const width = side + (blocks.length - 1) * (strip + GAP) + 2;
    const pen = penFor(canvas, width, side + HEAD * palette.scale + 4);
    let x = 1;
    places = { side, top: HEAD * palette.scale, pitch: side / seen.size, seen };
    for (const block of blocks) {
      const blockWidth = block.name === "matrix" ? side : strip;
      if (block.name === "matrix") places.left = x;
      pen.font = palette.smallFont;
      pen.textAlign = "left";
      pen.textBaseline = "alphabetic";
      pen.fillStyle = READS[stage].includes(block.name) || block.made ? palette.ink : palette.muted;
      pen.fillText(block.title, x, places.top - 5);
      if (block.values) paintBlock(pen, block, seen, x, blockWidth, palette);
      pen.strokeStyle = palette.hairline;
      pen.lineWidth = 1;
      pen.strokeRect(x - 0.5, places.top - 0.5, blockWidth + 1, side + 1);
      markSources(pen, state, stage, block, x, blockWidth);
      x += blockWidth + GAP;
    }
  }

  function blocksOf(state, stage) {
    const before = STAGES[Math.max(0, state.stage - 1)];
    const matrix = stage === "z" ? "weights" : stage;
    return [
      { name: "q", title: "Q", values: of.q, columns: of.dHead, signed: true },
      { name: "k", title: "K", values: of.k, columns: of.dHead, signed: true },
      {
        name: "matrix", title: stageLabel(matrix), values: pass[matrix], before: stage === "z" || stage === "raw" ? null : pass[before],
        columns: film.size, signed: matrix !== "weights", limit: limitOf(pass.raw), made: stage !== "z", part: stage === "z" ? 1 : state.stagePart,
      },
      { name: "v", title: "V", values: of.v, columns: of.dHead, signed: true },
      { name: "z", title: "Z", values: stage === "z" ? pass.z : null, columns: of.dHead, signed: true, made: stage === "z", part: state.stagePart },
    ];
  }

  const pixels = document.createElement("canvas");

  /** Rows up to `part` of the height show this stage, those below still the one before. */
  function paintBlock(pen, { name, values, before = null, columns, signed, limit = limitOf(values), part = 1 }, seen, x, width, palette) {
    const [from, count] = name === "matrix" ? [seen.from, seen.size] : [0, columns];
    const image = new ImageData(count, seen.size);
    const words = new Uint32Array(image.data.buffer);
    const swept = Math.ceil(part * seen.size);
    for (let row = 0; row < seen.size; row += 1) {
      const source = row < swept ? values : before;
      if (!source) continue;
      const asSigned = signed || row >= swept;
      for (let column = 0; column < count; column += 1) {
        const value = source[(seen.from + row) * columns + from + column];
        if (value === -Infinity) continue; // no number: stays clear
        words[row * count + column] = asSigned
          ? palette.signed.words[Math.max(0, Math.min(255, Math.round((value / limit + 1) * 127.5)))]
          : palette.attention.words[Math.round(value * 255)];
      }
    }
    pixels.width = count;
    pixels.height = seen.size;
    pixels.getContext("2d").putImageData(image, 0, 0);
    pen.imageSmoothingEnabled = false;
    pen.drawImage(pixels, x, places.top, width, places.side);
  }

  /** What the cell is made of: amber round the rows that go in, and round what comes out. */
  function markSources(pen, state, stage, { name }, x, width) {
    const { seen, pitch, top } = places;
    const query = shownQuery(state) ?? film.size - 1;
    const key = ahead ?? (state.hoveredQuery === null ? state.key ?? query : state.hoveredKey ?? query);
    pen.strokeStyle = state.palette.selected;
    pen.lineWidth = 2;
    const frame = (row, left, wide) => {
      if (row >= seen.from && row < seen.from + seen.size) pen.strokeRect(left, top + (row - seen.from) * pitch - 1, wide, pitch + 2);
    };
    if (stage === "raw" && name === "q") frame(query, x, width);
    if (stage === "raw" && name === "k") frame(key, x, width);
    if (name === "matrix") {
      if (stage === "weights" || stage === "z") frame(query, x, width);
      if (key >= seen.from && key < seen.from + seen.size) frame(query, x + (key - seen.from) * pitch - 1, pitch + 2);
    }
    if (stage === "z" && name === "v") for (const other of heaviest(query, 3)) frame(other, x, width);
    if (stage === "z" && name === "z") frame(query, x, width);
  }

  function heaviest(query, count) {
    const row = pass.weights.subarray(query * film.size, (query + 1) * film.size);
    return [...row.keys()].sort((a, b) => row[b] - row[a]).slice(0, count);
  }

  // ---------------------------------------------------------------- equation

  /** What the pass calls the numbers of a stage; what a run leaves out is the stage before. */
  const tensorOf = (stage) => ({ raw: of.scaled ? "products" : "scores", scaled: "scores", masked: of.causal ? "masked" : "scores", weights: "pattern", z: "z" })[stage];

  function wordEquation(stage, query, key) {
    const cell = query * film.size + key;
    const product = (index) => `(${fixed(of.q[query * of.dHead + index])} × ${fixed(of.k[key * of.dHead + index])})`;
    switch (stage) {
      case "raw": return `q·k = ${product(0)} + ${product(1)} + … + ${product(of.dHead - 1)} = ${fixed(pass.raw[cell])}`;
      case "scaled": return of.scaled ? `${fixed(pass.raw[cell])} / √${of.dHead} = ${fixed(pass.scaled[cell])}` : fixed(pass.raw[cell]);
      case "masked": return pass.masked[cell] === -Infinity ? `${fixed(pass.scaled[cell])} + (−∞) = −∞` : `${fixed(pass.scaled[cell])} + 0 = ${fixed(pass.masked[cell])}`;
      case "weights": return weightEquation(query, cell);
      default: return of.v ? mixEquation(query) : "";
    }
  }

  function weightEquation(query, cell) {
    const row = pass.masked.subarray(query * film.size, (query + 1) * film.size);
    const total = row.reduce((sum, score) => sum + Math.exp(score), 0);
    const score = pass.masked[cell];
    if (score === -Infinity) return `e^(−∞) / ${wideNumber(total)} = 0`;
    return `e^${fixed(score)} / Σ e^s = ${wideNumber(Math.exp(score))} / ${wideNumber(total)} = ${fixed(pass.weights[cell], 3)}`;
  }

  /** The first number of z, from the values with the largest weights. */
  function mixEquation(query) {
    const terms = heaviest(query, 3).filter((key) => !of.causal || key <= query)
      .map((key) => `${fixed(pass.weights[query * film.size + key])} × ${fixed(of.v[key * of.dHead])}`);
    return t("first number of z = {terms} + … = {result}", { terms: terms.join(" + "), result: fixed(pass.z[query * of.dHead], 3) });
  }

  // ----------------------------------------------------------------- pointer

  function hover(event) {
    if (!places) return;
    const { seen, pitch, left, top, side } = places;
    const row = Math.floor((event.offsetY - top) / pitch);
    if (row < 0 || row >= seen.size) return;
    const onMatrix = event.offsetX >= left && event.offsetX < left + side;
    const query = seen.from + row;
    const key = onMatrix ? seen.from + Math.floor((event.offsetX - left) / pitch) : null;
    ahead = film.causal && key !== null && key > query ? key : null;
    store.set({ hoveredQuery: query, hoveredKey: ahead === null ? key : null });
    if (ahead !== null) draw(store.state); // later tokens are no state of the other pictures
  }

  /** Arrows move the cell, to later tokens too, where the pictures above have none; Enter asks where its number comes from. */
  function moveByArrow(event) {
    const move = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (event.key === "Enter" && asked) {
      origin.open(asked.key, asked.at, asked.given, canvas);
      origin.panel.focus({ preventScroll: true });
    }
    if (!move || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    const within = (place) => Math.max(0, Math.min(film.size - 1, place));
    const { query, key } = store.state;
    const row = within((query ?? film.size - 1) + (query === null ? 0 : move[0]));
    const column = within((ahead ?? key ?? row) + move[1]);
    ahead = film.causal && column > row ? column : null;
    lockQuery(row, ahead === null ? column : row);
    draw(store.state);
  }

  store.watch(["locked", "query", "key", "hoveredQuery", "hoveredKey", "selected", "vectors", "palette", "width", "stage", "stagePart", "stagePlaying", "windowSize", "windowFrom"], draw);
  return { panel, dispose() { pause(); stopSweep(); } };
}
