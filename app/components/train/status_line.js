/** The run at a glance: its state in words, how far it is, how fast, how long still. */
import { element, setText } from "../kit/dom.js";
import { count, duration } from "../kit/format.js";
import { t } from "../kit/words.js";
import { unitOf } from "./captions.js";
import { newestRow, recentSpeed, secondsLeft } from "./measures.js";

const LONGEST_SILENCE = 10; // seconds; after some more another worker takes its place
const STUCK_SECONDS = 60;
const STUCK_STEPS = 20;
const FAILURES_WORTH_A_WORD = 2;
const TURNING = ["queued", "starting", "running"];

export function createStatusLine(store, run, about) {
  const badge = element("span", { class: "badge", role: "status" });
  const place = element("span");
  const speed = element("span", { class: "muted" });
  const left = element("span", { class: "muted" });
  const facts = element("span", { class: "muted facts" });
  const trouble = element("p", { class: "trouble", role: "status", hidden: true });
  const fill = element("span", { class: "progress-fill" });
  const progress = element("div", {
    class: "progress", role: "progressbar", aria: { label: t("Progress"), valuemin: "0", valuemax: "1", valuenow: "0" },
  }, fill);
  const panel = element("header", { class: "status" },
    element("div", { class: "status-line" }, badge, place, speed, left, element("span", { class: "spacer" }), facts), progress, trouble);

  store.watch(["status", "wish", "revision", "replaying", "trouble"], (state) => {
    const { status, replaying, rowCount } = state;
    progress.classList.toggle("loading", !status || status.state === "starting");
    setText(facts, factsText(run, about));
    setText(trouble, troubleText(state, about));
    trouble.hidden = !trouble.textContent;
    if (!status) {
      badge.dataset.state = "loading";
      setText(badge, t("Loading"));
      return;
    }
    const step = replaying ? run.steps[rowCount - 1] ?? 0 : status.step;
    badge.dataset.state = replaying ? (replaying === "playing" ? "running" : "paused") : isChanging(state) ? "changing" : status.state;
    setText(badge, badgeText(state));
    setText(place, status.state === "queued" && !step ? "" : t("step {step} of {steps}", { step, steps: status.steps }));
    const speeds = run.columns.tokens_per_second ?? [];
    const tokensPerSecond = speeds[newestRow(speeds, rowCount)] ?? status.tokens_per_second;
    const moving = status.state === "running" && !replaying;
    setText(speed, moving && tokensPerSecond ? t("{speed} tokens/s", { speed: count(Math.round(tokensPerSecond)) }) : "");
    setText(left, timeText(state, { step, speed: recentSpeed(speeds, rowCount) ?? tokensPerSecond, tokensPerStep: about.tokensPerStep }));
    fill.style.transform = `scaleX(${status.steps ? Math.min(1, step / status.steps) : 0})`;
    progress.setAttribute("aria-valuemax", String(status.steps));
    progress.setAttribute("aria-valuenow", String(step));
  });
  return { panel };
}

const isChanging = ({ status, wish }) => Boolean(wish || status?.applying);

function badgeText({ status, wish, replaying }) {
  if (replaying) return replaying === "playing" ? t("Replay") : t("Replay, paused");
  const awaited = isChanging({ status, wish });
  if ((awaited || status.state === "running") && status.silent_seconds > LONGEST_SILENCE) return t("The worker is not answering");
  if (awaited) return t("applying…");
  if (status.state === "queued") {
    return status.queue_position ? t("Waiting, place {place} in the queue", { place: status.queue_position }) : t("Waiting");
  }
  const words = {
    starting: t("Preparing"), running: t("Running"), paused: t("Paused"), parked: t("Paused"),
    done: t("Finished"), failed: t("Failed"), stopped: t("Stopped"),
  };
  return words[status.state] ?? status.state;
}

/** Steps to go at the present speed; once over, how long it took. */
function timeText({ status, replaying }, { step, speed, tokensPerStep }) {
  if (replaying) return "";
  if (status.state === "done" && status.started_at && status.finished_at) {
    return t("took {time}", { time: duration(status.finished_at - status.started_at) });
  }
  const seconds = secondsLeft({ step, steps: status.steps, tokensPerStep, speed });
  if (seconds === null || !step || step >= status.steps) return "";
  if (status.state === "running") return t("{time} left", { time: duration(seconds) });
  const waits = ["paused", "parked", "stopped"].includes(status.state);
  return waits ? t("{time} left when it goes on", { time: duration(seconds) }) : "";
}

/** The supervisor's rule: its worker speaks, and training stands still for longer than any of its steps takes. */
export function isStuck(status, tokensPerStep) {
  const step = status?.tokens_per_second > 0 ? tokensPerStep / status.tokens_per_second : 0;
  return status?.stuck_seconds > Math.max(STUCK_SECONDS, STUCK_STEPS * step);
}

function troubleText({ trouble, status }, about) {
  if (trouble?.sentence) return trouble.sentence;
  if (trouble?.count >= FAILURES_WORTH_A_WORD) return t("The server does not answer; trying again.");
  if (isStuck(status, about.tokensPerStep)) {
    return t("Training has stood still for {time}. If it does not move soon, another worker goes on from the last checkpoint.", { time: duration(status.stuck_seconds) });
  }
  return status && isWorthAWord(status) ? status.message : "";
}

/** What the engine says where the badge does not: a lost worker, a full disk, where a run that rests will go on. */
function isWorthAWord({ state, attempts, step, checkpoint_step: kept }) {
  const lost = attempts > 1 && TURNING.includes(state);
  return lost || state === "running" || state === "parked" || (state === "stopped" && (kept ?? 0) < step);
}

function factsText(run, { layers, heads, counts, tokenizer, corpus }) {
  const parts = [];
  if (counts) {
    parts.push(t("counts {order}-grams, smoothed by {smoothing}", counts));
    if (run.facts) parts.push(t("{count} different ones", { count: count(run.facts.parameters) }));
  } else {
    if (run.facts) parts.push(t("{count} parameters", { count: count(run.facts.parameters) }));
    parts.push(t("{layers} layers × {heads} heads", { layers, heads }));
  }
  if (run.facts) parts.push(t("{count} {units}", { count: run.facts.vocab_size, units: unitOf(tokenizer).many }));
  const title = run.facts?.corpus_title || corpus;
  if (title) parts.push(title);
  return parts.join(" · ");
}
