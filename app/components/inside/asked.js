/** Numbers that can be asked where they come from, on any page: small buttons, and the panel that answers at the page's foot. */
import { element, setText } from "../kit/dom.js";
import { t } from "../kit/words.js";
import { createPanel } from "./panel.js";
import { hasSource, numberName, placeWords } from "./figure_words.js";

let closeOther = () => {}; // one panel at a time, however many pictures a page has

/** `ask(values)` -> what the server says of a number, {error}, or null when another was asked meanwhile; `palette()`; `about()`
 *  -> names for places, as placeWords takes them. */
export function createAsked({ ask, palette, about }) {
  const { panel, back, show } = createPanel({ pick, close: goBack, docked: true });
  let trail = []; // the numbers on the way back, the one in view last
  let returnTo = null;
  let turn = 0;
  back.addEventListener("click", () => { trail.pop(); look(); });
  panel.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    goBack();
  });
  const escape = (event) => { // from anywhere on the page; what is locked in the picture stays so
    if (event.key !== "Escape" || holdsFocus()) return;
    event.preventDefault();
    close();
  };
  const focused = () => panel.getRootNode().activeElement;
  const holdsFocus = () => panel.contains(focused());

  /** Close, and on where the number was asked for: at what stands in its place, where the picture was drawn again. */
  function goBack() {
    close();
    const same = Object.entries(returnTo?.dataset ?? {}).map(([name, value]) => `[data-${name}="${CSS.escape(value)}"]`).join("");
    const home = returnTo?.isConnected || !same ? returnTo : panel.getRootNode().querySelector(same);
    home?.focus();
  }

  /** `given`: what the probe was set to, for the server. `from`: the number that was pressed, to come back to. */
  function open(key, at, given = {}, from = null) {
    returnTo?.classList?.remove("chosen");
    returnTo = from ?? focused();
    from?.classList?.add("chosen");
    trail = [{ key, at, given }];
    if (closeOther !== close) closeOther();
    closeOther = close;
    document.addEventListener("keydown", escape, { capture: true });
    look();
  }

  function pick(operand, place) {
    const { given, found } = trail.at(-1);
    trail.push({ key: operand.of, at: [...place], given: { ...given, versus: "", ...found?.given, ...operand.given } });
    look();
  }

  async function look() {
    const mine = (turn += 1);
    const { key, at, given } = trail.at(-1);
    const held = holdsFocus();
    back.hidden = trail.length < 2;
    show(null, numberName(key), {}, {});
    if (held) panel.focus({ preventScroll: true }); // what was pressed in it is gone
    const found = await ask({ ...given, key, at: at.join(",") });
    if (mine !== turn || found === null || panel.hidden) return;
    trail.at(-1).found = found;
    const names = { ...about(), ...(found.tokens ? { tokens: found.tokens } : {}) };
    const place = found.error ? "" : placeWords(found, names);
    const words = { nameOf: ({ of, weight, place: row }) => (weight ? t("{weight}, row {row}", { weight: of, row: row[0] }) : numberName(of)), reach: ({ of }) => (hasSource(of) ? numberName(of) : null) };
    show(found, [numberName(key), place].filter(Boolean).join(" · "), words, { palette: palette(), width: panel.clientWidth, stamp: String(mine) });
    if (trail.length === 1 && returnTo?.getBoundingClientRect().bottom > panel.getBoundingClientRect().top) returnTo.scrollIntoView({ block: "center" }); // not behind the panel
  }

  function close() {
    turn += 1;
    document.removeEventListener("keydown", escape, { capture: true });
    panel.hidden = true;
    returnTo?.classList?.remove("chosen");
  }

  /** A number to press. It may change its text and its place: `tell` says where it stands when it is pressed. */
  function number(text, key, at, given = {}) {
    return element("button", {
      type: "button", class: "figure", text, title: t("Where does it come from?"), "data-key": key, "data-at": at.join(","), "data-given": JSON.stringify(given),
      onclick(event) { event.stopPropagation(); open(key, at, given, event.currentTarget); if (event.detail === 0) panel.focus({ preventScroll: true }); },
      onkeydown(event) { if (["Enter", " "].includes(event.key)) event.stopPropagation(); },
    });
  }

  /** The same of a node that changes in place: `tell()` -> {key, at, given} of what it shows now, or null. */
  function attach(node, tell) {
    node.classList.add("asks");
    node.addEventListener("click", () => { const asked = tell(); if (asked) open(asked.key, asked.at, asked.given, node); });
    return node;
  }

  /** A number that changes in place: show(text, asked) with what it is now, {key, at, given}; without, its text alone. */
  function live({ tabbed = true } = {}) {
    let asked = null;
    const node = element("button", {
      type: "button", class: "figure", tabindex: tabbed ? "0" : "-1",
      onclick(event) { if (!asked) return; open(asked.key, asked.at, asked.given, node); if (event.detail === 0) panel.focus({ preventScroll: true }); },
      onkeydown(event) { if (["Enter", " "].includes(event.key)) event.stopPropagation(); },
    });
    function show(text, next = null) {
      setText(node, text);
      asked = next;
      node.disabled = !next;
      for (const [name, value] of Object.entries({ key: next?.key, at: next?.at.join(","), given: next && JSON.stringify(next.given) })) {
        if (next) node.dataset[name] = value;
        else delete node.dataset[name];
      }
    }
    return { node, show };
  }

  return { panel, open, close, number, attach, live };
}

/** A sentence with some of its numbers to press: [[text, node], …]; one that it does not have is left out. */
export function withNumbers(sentence, numbers) {
  const parts = [sentence];
  for (const [text, node] of numbers) {
    if (!text) continue;
    const alone = new RegExp(`(?<![\\d.])${text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}(?!\\d)`);
    const at = parts.findIndex((part) => typeof part === "string" && alone.test(part));
    if (at < 0) continue;
    const { index } = alone.exec(parts[at]);
    parts.splice(at, 1, parts[at].slice(0, index), node, parts[at].slice(index + text.length));
  }
  return parts.filter((part) => part !== "");
}

const written = new WeakMap(); // node -> what showNumbers wrote there last

/** Write a sentence with numbers [[text, {key, at, given}], …] to press; a node that says so already is left alone. */
export function showNumbers(node, sentence, numbers, { number }) {
  const told = JSON.stringify([sentence, numbers]);
  if (written.get(node) === told) return;
  written.set(node, told);
  node.replaceChildren(...withNumbers(sentence, numbers.filter(([, asked]) => asked).map(([text, { key, at, given }]) => [text, number(text, key, at, given)])));
}

/** "Loss {before} → {after}" and nodes by name -> the words with the nodes among them. */
export function wordsWith(template, nodes) {
  return template.split(/\{(\w+)\}/).map((part, at) => (at % 2 ? nodes[part] ?? "" : part)).filter((part) => part !== "");
}
