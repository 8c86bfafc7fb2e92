/** The curve doctor: what the curves say about the run's settings, and a button that tries the one change. */
import { apiAddress } from "../kit/address.js";
import { element, setText } from "../kit/dom.js";
import { poll } from "../kit/poll.js";
import { isOver } from "../kit/series.js";
import { t } from "../kit/words.js";
import { changeText, findingText, findingTitle } from "./doctor_words.js";

const PERIOD = 3000;
const PATIENCE = 8000; // until a wish that brought no new run may be repeated

/** `rerun(kind)` wishes a new run with the change of that finding. */
export function createDoctor(store, { base, runId, rerun }) {
  const list = element("ul", { class: "findings" });
  const panel = element("section", { class: "panel doctor", hidden: true, aria: { label: t("What the curves say") } },
    element("h2", { text: t("What the curves say") }), list);
  let findings = [];
  let asked = 0; // the timer of a wish for a new run
  let shown = [];
  let ended = false;
  let polled = null;

  const wish = (kind) => {
    asked = setTimeout(() => { asked = 0; show(); }, PATIENCE);
    show();
    rerun(kind);
  };

  /** Lines stay as long as they say the same kinds of things: a button keeps the focus while its figures change. */
  function show() {
    panel.hidden = !findings.length || Boolean(store.state.replaying);
    const kinds = findings.map(({ kind, severity, change }) => `${kind} ${severity} ${change?.setting ?? ""}`);
    if (kinds.join() !== shown.map(({ key }) => key).join()) {
      shown = findings.map((finding, place) => ({ key: kinds[place], ...createLine(finding, wish) }));
      list.replaceChildren(...shown.map(({ line }) => line));
    }
    findings.forEach((finding, place) => shown[place].fill(finding, asked > 0));
  }

  function receive(answer) {
    findings = answer.findings;
    ended = answer.over;
    show();
    return !ended;
  }

  function start() {
    polled?.stop();
    ended = false;
    polled = poll({ url: () => apiAddress(base, "doctor", { run: runId }), period: PERIOD, receive });
  }

  start();
  store.watch(["status", "replaying"], ({ status }, changed) => {
    if (changed.has("replaying")) show();
    if (!status) return;
    if (ended && !isOver(status)) start(); // it was resumed
    else if (!ended && isOver(status)) polled.now();
  });
  return { panel, stop() { clearTimeout(asked); polled.stop(); } };
}

function createLine({ kind, severity, change }, wish) {
  const text = element("p");
  const line = element("li", { class: "finding", "data-severity": severity }, element("h3", { text: findingTitle(kind) }), text);
  const words = element("span", { class: "change mono" });
  const button = element("button", { type: "button", class: "button small", text: t("Rerun with this one change"), on: { click: () => wish(kind) } });
  if (change) line.append(element("div", { class: "finding-change" }, words, button));
  return {
    line,
    fill(finding, asked) {
      setText(text, findingText(finding));
      if (!change) return;
      setText(words, changeText(finding.change));
      button.setAttribute("aria-label", `${button.textContent}: ${words.textContent}`);
      button.disabled = asked;
    },
  };
}
