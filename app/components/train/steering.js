/** Finer control of a run: its learning rate while it trains, and the way back to its first step. */
import { element, iconButton, setText } from "../kit/dom.js";
import { t } from "../kit/words.js";
import { newestRow } from "./measures.js";

const HIGHEST_RATE = 1;
const OVER = ["done", "failed"];

/** The step that one more click asks for: clicks that the worker has not yet answered count too. */
export function nextStep({ status, wish }) {
  const wished = wish?.wish === "step" ? wish.value : 0;
  const until = status.want === "run" ? status.run_until ?? 0 : 0;
  return Math.min(status.steps, Math.max(status.step, until, wished) + 1);
}

/** "0,002" -> 0.002; null for what cannot be a learning rate. */
function readRate(text) {
  const rate = Number(text.trim().replace(",", ".") || NaN);
  return rate > 0 && rate <= HIGHEST_RATE ? rate : null;
}

const showRate = (rate) => (Number.isFinite(rate) ? String(Number(rate.toPrecision(3))) : "");

/** The field of the learning rate: it shows the present one, and who decides it. */
export function createRate(store, run, about, wish) {
  const input = element("input", { class: "rate-field", type: "text", inputmode: "decimal", autocomplete: "off", aria: { label: t("learning rate") } });
  const state = element("span", { class: "rate-state", role: "status" });
  const back = element("button", { type: "button", class: "button small", text: t("Follow the schedule"), on: { click: () => wish("rate", null) } });
  const panel = element("div", { class: "rate" }, element("span", { class: "rate-name", text: t("learning rate") }), input, state, back);
  let touched = false;

  function present() {
    const { status, rowCount } = store.state;
    const rates = run.columns.learning_rate ?? [];
    return status.rate_by_hand ?? rates[newestRow(rates, rowCount)] ?? status.learning_rate;
  }

  function draw() {
    const { status, wish: open, replaying } = store.state;
    panel.hidden = about.gallery || Boolean(about.counts) || !status || OVER.includes(status.state) || Boolean(replaying);
    if (panel.hidden) return;
    if (!touched) input.value = showRate(open?.wish === "rate" && open.value !== null ? open.value : present());
    const byHand = status.rate_by_hand !== null && status.rate_by_hand !== undefined;
    const wrong = touched && readRate(input.value) === null;
    input.setAttribute("aria-invalid", String(wrong));
    back.hidden = !byHand;
    back.disabled = open?.wish === "rate";
    setText(state, stateText({ wrong, touched, byHand, open: open?.wish === "rate" }));
  }

  function send() {
    const rate = readRate(input.value);
    if (rate === null) return draw();
    touched = false;
    wish("rate", rate);
    draw();
  }

  input.addEventListener("input", () => { touched = true; draw(); });
  input.addEventListener("change", () => { if (touched) send(); });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") send();
    else if (event.key === "Escape") { touched = false; draw(); }
    else return;
    event.preventDefault();
  });
  store.watch(["status", "wish", "revision", "replaying"], draw);
  return { panel };
}

function stateText({ wrong, touched, byHand, open }) {
  if (wrong) return t("a number above 0, up to 1");
  if (touched) return t("Enter applies it");
  if (open) return t("applying…");
  return byHand ? t("set by hand") : t("follows the schedule");
}

/** Asks before it wishes: a reset deletes what was learned. `ask` opens the question. */
export function createReset(store, wish) {
  const question = element("p");
  const yes = iconButton({ class: "button", icon: "first", text: t("Delete and begin again"), onClick: () => { close(); wish("reset"); } });
  const no = element("button", { type: "button", class: "button", text: t("Keep it"), on: { click: () => close() } });
  const panel = element("div", { class: "confirm", role: "alertdialog", hidden: true, aria: { label: t("Reset") } },
    question, element("div", { class: "button-row" }, yes.button, no));
  let opener = null;

  function close() {
    panel.hidden = true;
    opener?.focus();
  }

  panel.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    close();
  });
  store.watch(["status"], ({ status }) => { if (!status?.started_at) panel.hidden = true; });
  return {
    panel,
    ask(button) {
      opener = button;
      setText(question, t("Delete all that it learned in {steps} steps? It begins again with the same first weights.", { steps: store.state.status.step }));
      panel.hidden = false;
      no.focus();
    },
  };
}
