/** One line of the library: title, level, what it is; chosen, it shows how it looks, why it is hard, and whose it is. */
import { element, setText } from "../kit/dom.js";
import { fixed } from "../kit/format.js";
import { t } from "../kit/words.js";
import { LEVELS, shortCount } from "./finding.js";

const levelNames = () => ({ gentle: t("gentle"), middle: t("middle"), hard: t("hard") });

export function createRow(choose) {
  const title = element("span", { class: "row-title" });
  const start = element("span", { class: "row-start", text: t("a good first text") });
  const level = createLevel();
  const words = element("span", { class: "row-words" });
  const facts = element("span", { class: "row-facts muted" });
  const missing = element("span", { class: "row-missing" });
  const more = element("div", { class: "row-more" });
  let name = "";
  let closed = false;
  const node = element("div", { class: "row", role: "option", on: { click: () => closed || choose(name) } },
    element("div", { class: "row-head" }, element("span", {}, title, " ", start), level.node), words, facts, missing, more);
  return {
    node,
    show(text, isChosen) {
      name = text.name;
      closed = Boolean(text.unavailable);
      node.dataset.name = name;
      node.setAttribute("aria-selected", String(isChosen));
      node.setAttribute("aria-disabled", String(closed));
      setText(title, text.title);
      start.hidden = !text.recommended;
      level.show(text.level);
      setText(words, text.description);
      setText(facts, [text.kindName, text.language, t("{count} characters", { count: shortCount(text.characters) })].join(" · "));
      missing.hidden = !closed;
      setText(missing, text.unavailable ?? "");
      more.hidden = !isChosen;
      if (isChosen && more.dataset.text !== JSON.stringify(text)) {
        more.dataset.text = JSON.stringify(text);
        more.replaceChildren(...details(text));
      }
    },
  };
}

/** The way to a text of one's own stands first and looks like no other. */
export function createOwn(choose) {
  const title = element("span", { class: "row-title" });
  const words = element("span", { class: "row-words" });
  const node = element("div", { class: "row own", role: "option", on: { click: () => choose(node.dataset.name) } }, title, words);
  return {
    node,
    show(own, isChosen) {
      node.dataset.name = own.name;
      node.setAttribute("aria-selected", String(isChosen));
      setText(title, own.title);
      setText(words, own.description);
    },
  };
}

/** One, two or three marks and the word: never colour or number alone. */
function createLevel() {
  const marks = element("span", { class: "level-marks", aria: { hidden: "true" } }, LEVELS.map(() => element("i")));
  const word = element("span");
  return {
    node: element("span", { class: "level" }, marks, word),
    show(level) {
      [...marks.children].forEach((mark, at) => mark.classList.toggle("on", at <= LEVELS.indexOf(level)));
      setText(word, levelNames()[level] ?? level);
    },
  };
}

function details(text) {
  const measured = t("{distinct} different characters; packed, {bits} bits per character. {documents} documents.", {
    distinct: text.distinct.toLocaleString("en-US"), bits: fixed(text.bits), documents: text.documents.toLocaleString("en-US"),
  });
  return [
    element("pre", { class: "row-sample mono", dir: "auto", text: text.sample.trimEnd() }),
    line(t("How hard?"), text.reason),
    ...(text.discover ? [line(t("What must be discovered?"), text.discover)] : []),
    element("p", { class: "note", text: measured }),
    element("p", { class: "note", text: t("Licence: {licence} · Source: {source}", text) }),
  ];
}

const line = (question, answer) => element("p", {}, element("b", { text: `${question} ` }), answer);
