/** Two ways to train again from here: with another probe sentence, or on from the chosen step with other numbers. */
import { apiAddress } from "../kit/address.js";
import { element, setText } from "../kit/dom.js";
import { t } from "../kit/words.js";

const LONGEST_PROBE = 2000;

/** The field under the probe: the same run once more, following another sentence. `again(text)` starts it. */
export function createProbeForm(store, about, again) {
  const field = element("input", { type: "text", class: "form-field grow", autocomplete: "off", spellcheck: "false", dir: "auto", placeholder: t("Another sentence to follow; empty: one from the text"), aria: { label: t("Another sentence to follow") } });
  const button = element("button", { type: "submit", class: "button small", text: t("Train again with this sentence") });
  const said = element("p", { class: "note", role: "status" });
  const form = element("form", { class: "again-form", on: { submit: send } }, field, button);

  function send(event) {
    event.preventDefault();
    button.disabled = true;
    setTimeout(() => { button.disabled = false; }, 3000); // the page opens the new run by then, or says why not
    again([...field.value].slice(0, LONGEST_PROBE).join(""));
  }

  store.watch(["points"], ({ points }) => draw(points));
  field.addEventListener("input", () => draw(store.state.points));

  function draw(points) {
    const tokens = points[0]?.tokens ?? [];
    const cut = isCut(about, tokens) ? [t("The sentence was longer: the first {count} tokens are followed, as far as this model sees at once.", { count: tokens.length })] : [];
    const long = [...field.value].length > LONGEST_PROBE ? [t("Only the first {most} characters will be kept.", { most: LONGEST_PROBE })] : [];
    setText(said, [...cut, ...long].join(" "));
  }
  return { node: element("div", { class: "again" }, form, said) };
}

/** Was the chosen sentence longer than what is followed? Unreadable tokens stand for at least one character each. */
export function isCut({ probe }, tokens) {
  if (!probe || !tokens.length) return false;
  const bytes = tokens.filter((token) => /^<0x[0-9A-F]{2}>$/i.test(token)).length;
  const plain = tokens.filter((token) => !/^<(0x[0-9A-F]{2}|unk)>$/i.test(token)).join("");
  const unknown = tokens.filter((token) => token === "<unk>").length;
  return new TextEncoder().encode(probe).length > new TextEncoder().encode(plain).length + bytes + 4 * unknown;
}

/** "Continue from here": a new run from the kept model nearest to the timeline's step. `go({step, rate, steps})`. */
export function createContinue(store, about, { base, runId, go }) {
  const opener = element("button", { type: "button", class: "button", text: t("Continue from here"), disabled: true, hidden: true, on: { click: open } });
  const from = element("p", { class: "note", text: about.start ? t("It went on from step {step} of run {run}.", about.start) : "", hidden: !about.start });
  const where = element("p");
  const rate = numberField(t("learning rate"));
  const steps = numberField(t("train until step"));
  const start = element("button", { type: "submit", class: "button primary", text: t("Start the new run") });
  const close = element("button", { type: "button", class: "button", text: t("Close"), on: { click: shut } });
  const said = element("p", { class: "note", role: "status" });
  const panel = element("form", { class: "confirm continue", hidden: true, aria: { label: t("Continue from here") }, on: { submit: send, keydown: escape } },
    where, rate.node, steps.node, said, element("div", { class: "button-row" }, start, close));
  let kept = []; // the steps whose models can be gone on from, as they were when the form was opened

  const target = () => {
    const wanted = store.state.points[store.state.selected]?.step ?? Infinity;
    return kept.reduce((best, step) => (Math.abs(step - wanted) <= Math.abs(best - wanted) ? step : best), kept[0] ?? null);
  };

  async function open() {
    try {
      const response = await fetch(apiAddress(base, "checkpoints", { run: runId }), { cache: "no-store" });
      kept = response.ok ? (await response.json()).steps : [];
    } catch {
      kept = [];
    }
    panel.hidden = false;
    start.disabled = !kept.length;
    if (!kept.length) { setText(where, t("The server does not answer. Try again.")); return; }
    draw();
    rate.input.value = String(about.learningRate);
    steps.input.value = String(about.steps > target() ? about.steps : target() + about.steps);
    rate.input.focus();
    rate.input.select();
  }

  function shut() {
    panel.hidden = true;
    opener.focus();
  }

  function escape(event) {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    shut();
  }

  function send(event) {
    event.preventDefault();
    const wish = { step: target(), rate: Number(rate.input.value.trim().replace(",", ".") || NaN), steps: Number(steps.input.value) };
    if (!(wish.rate > 0 && wish.rate <= 1)) { setText(said, t("The learning rate is a number above 0, up to 1.")); rate.input.focus(); return; }
    if (!(Number.isInteger(wish.steps) && wish.steps > wish.step)) { setText(said, t("It begins at step {step}, so it must train further than that.", { step: wish.step })); steps.input.focus(); return; }
    setText(said, "");
    start.disabled = true;
    setTimeout(() => { start.disabled = false; }, 3000);
    go(wish);
  }

  function draw() {
    const { status, points } = store.state;
    opener.hidden = !status; // greyed until a model is kept, so that nothing moves when it is
    opener.disabled = !points.length || (status?.checkpoint_step ?? null) === null;
    if (opener.disabled) panel.hidden = true;
    if (panel.hidden || !kept.length) return;
    const step = target();
    const wanted = store.state.points[store.state.selected].step;
    const exact = step === wanted ? t("A new run begins with the model of step {step}.", { step }) : t("A new run begins with the model of step {step}, the nearest to step {wanted} that is kept.", { step, wanted });
    setText(where, `${exact} ${t("Model, text and seed stay; this run stays as it is.")}`);
  }

  store.watch(["points", "selected", "status"], draw);
  return { nodes: [from, opener, panel] };
}

function numberField(words) {
  const input = element("input", { type: "text", class: "form-field", inputmode: "decimal", autocomplete: "off" });
  return { input, node: element("label", { class: "form-row" }, element("span", { text: words }), input) };
}
