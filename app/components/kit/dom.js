/** Building DOM without markup: text of students enters as text nodes only, never as HTML. */

const SVG_NAMESPACE = "http://www.w3.org/2000/svg";

const ICON_PATHS = {
  play: "M5 3.2v9.6L13 8z",
  pause: "M4 3h3v10H4zM9 3h3v10H9z",
  step: "M3.5 3.2v9.6L10 8zM10.5 3h2v10h-2z",
  back: "M12.5 3.2v9.6L6 8zM5.5 3h-2v10h2z",
  first: "M12.5 3.2v9.6L6 8zM5.5 3h-2v10h2z",
  stop: "M4 4h8v8H4z",
  branch: "M3 3h2v3.5c0 1.9 1 2.5 3 2.5h2V7l4 3.2-4 3.2V11H8c-3.2 0-5-1.3-5-4.500z",
  again: "M8 3a5 5 0 1 0 5 5h-1.8A3.2 3.2 0 1 1 8 4.8V7l4-3-4-3z",
};

/** Attributes by name; `text`, `on: {click}`, `aria: {label}` as short forms; functions named `onclick` listen;
 *  true sets an empty attribute; false, null and undefined leave it out. */
export function setAttributes(node, { text, on = {}, aria = {}, ...attributes }) {
  if (text !== undefined) node.textContent = text;
  for (const [event, listener] of Object.entries(on)) node.addEventListener(event, listener);
  for (const [name, value] of Object.entries(aria)) node.setAttribute(`aria-${name}`, value);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(name.slice(2), value);
    else if (value === null || value === undefined || value === false) node.removeAttribute(name);
    else node.setAttribute(name, value === true ? "" : value);
  }
  return node;
}

/** element("p", {class: "caption", text: "…", on: {click: f}, aria: {label: "…"}}, ...children) */
export function element(tag, attributes = {}, ...children) {
  const node = setAttributes(document.createElement(tag), attributes);
  node.append(...children.flat());
  return node;
}

/** The same for SVG. */
export function shape(tag, attributes = {}, ...children) {
  const node = setAttributes(document.createElementNS(SVG_NAMESPACE, tag), attributes);
  node.append(...children.flat());
  return node;
}

/** Touches the DOM only when the words really changed: cheap on every frame, and read out once. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** New children. Where the keys were on one of the old, they go on at the same place among the new. */
export function renew(node, ...children) {
  const stops = () => [...node.querySelectorAll("button, input, [tabindex]")];
  const at = stops().indexOf(node.getRootNode().activeElement);
  node.replaceChildren(...children);
  if (at >= 0) stops()[Math.min(at, stops().length - 1)]?.focus({ preventScroll: true });
}

/** A button that is greyed while the keys are on it hands them on to `next`. */
export function disable(button, disabled, next) {
  const held = disabled && button.getRootNode().activeElement === button;
  button.disabled = disabled;
  if (held) next.focus({ preventScroll: true });
}

export function icon(name) {
  return shape("svg", { viewBox: "0 0 16 16", class: "icon", aria: { hidden: "true" } }, shape("path", { d: ICON_PATHS[name] }));
}

/** A button whose picture and name can change later, as Play becomes Pause. */
export function iconButton({ icon: iconName, text, class: className = "button", onClick }) {
  const label = element("span", { class: "button-label" });
  const button = element("button", { type: "button", class: className, on: { click: onClick } });
  let shown = "";
  const show = (name, words) => {
    if (shown === name + words) return;
    shown = name + words;
    label.textContent = words;
    button.replaceChildren(icon(name), label);
    button.setAttribute("aria-label", words);
    button.title = words;
  };
  show(iconName, text);
  return { button, show };
}

let groups = 0;

/** A row of choices of which one holds: native radios, so that keys and screen readers work by themselves. */
export function segmented({ label, choices, chosen, onChoose }) {
  const name = `segmented-${(groups += 1)}`;
  const group = element("div", { class: "segmented", role: "radiogroup", aria: { label } });
  const inputs = choices.map(({ value, text }) => {
    const input = element("input", { type: "radio", name, value, on: { change: () => onChoose(value) } });
    input.checked = value === chosen;
    group.append(element("label", { class: "segment" }, input, element("span", { text })));
    return input;
  });
  const show = (value) => inputs.forEach((input) => { input.checked = input.value === String(value); });
  return { group, show };
}

export function prefersReducedMotion() {
  return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/** Run a short Web Animation, or nothing when the reader asked for calm. */
export function animateOnce(node, keyframes, milliseconds = 200) {
  if (!prefersReducedMotion()) node.animate(keyframes, { duration: milliseconds, easing: "ease-out" });
}

/** Call `step(0..1)` over some milliseconds, or jump to 1 where motion is not wanted. Returns its stop. */
export function animate(milliseconds, step) {
  if (prefersReducedMotion()) {
    step(1);
    return () => {};
  }
  let frame = 0;
  const begin = performance.now();
  const tick = (now) => {
    const part = Math.min(1, Math.max(0, now - begin) / milliseconds);
    step(part);
    if (part < 1) frame = requestAnimationFrame(tick);
  };
  frame = requestAnimationFrame(tick);
  return () => cancelAnimationFrame(frame);
}

/** True while the reader types: page-wide keys must leave the letter alone. Looks through shadow roots. */
export function isTyping(event) {
  const target = event.composedPath()[0];
  return target instanceof HTMLElement && (target.isContentEditable || target.closest("input, textarea, select") !== null);
}
