/** The path: one base line runs through all stations, and each is a small drawing on it and a real link. */
import { element, shape } from "../kit/dom.js";
import { t } from "../kit/words.js";

const BASE = 62;

const stroke = (d, kind = "ink") => shape("path", { d, class: kind });
const letter = (x, text) => shape("text", { x, y: 54, class: "letter", text });

/** Each drawing lives in 140 x 72 and stands on the base line at y = 62. */
const DRAWINGS = {
  data: () => [stroke("M50 62V14H80L92 26V62M80 14V26H92"), stroke("M57 34H85M57 42H85M57 50H76", "soft")],
  tokens: () => [stroke("M34 62V36H56V62M59 62V36H81V62M84 62V36H106V62"), letter(45, "T"), letter(70, "h"), letter(95, "e")],
  train: () => [stroke("M32 14V62", "soft"), stroke("M34 16C44 46 62 50 108 54", "validation"), shape("circle", { cx: 108, cy: 54, r: 4, class: "validation-dot" })],
  loss: () => [stroke("M40 62V18H52V62M62 62V46H74V62M84 62V54H96V62"), stroke("M44 62V32H48V62M66 62V36H70V62M88 62V48H92V62", "loss")],
  attention: () => [
    stroke("M110 60C100 8 42 8 32 60", "weight thick"), stroke("M110 60C104 24 66 24 58 60M110 60C106 40 90 40 84 60", "weight"),
    ...[32, 58, 84, 110].map((cx) => shape("circle", { cx, cy: 62, r: 4, class: "node" })),
  ],
  inside: () => [stroke("M70 62V12", "thick"), stroke("M44 22H62V34H44ZM44 42H62V54H44Z", "activation"), stroke("M62 28H70M62 48H70"), stroke("M78 18H104M78 28H96M78 38H100M78 48H90", "soft")],
  generate: () => [
    stroke("M30 62V46H62V62M62 46H88V62M88 46H102V62M102 46H110V62", "probability"), stroke("M75 10V38", "dashed"),
    shape("circle", { cx: 75, cy: 40, r: 5, class: "probability-dot" }),
  ],
  runs: () => [stroke("M32 14V62", "soft"), stroke("M34 16C44 46 62 50 108 54", "validation"), stroke("M34 16C54 26 70 34 108 38", "dashed")],
  experiments: () => [
    stroke("M36 62V42H60V62M80 62V42H104V62"), stroke("M60 52H80", "dashed"), stroke("M64 44L76 60M76 44L64 60", "loss"),
  ],
};

/** A link that Streamlit follows without reloading; with a modifier the browser opens a tab as ever. */
export function pageLink(attributes, { href, go }, ...children) {
  const follow = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button > 0) return;
    event.preventDefault();
    go();
  };
  return element("a", { ...attributes, href, on: { click: follow } }, ...children);
}

export function createStations({ stations, addressOf, onGo }) {
  const items = stations.map(({ page, title, question }, index) => element("li", {},
    pageLink({ class: "station" }, { href: addressOf(page), go: () => onGo({ page }) },
      shape("svg", { viewBox: "0 0 140 72", class: "drawing", aria: { hidden: "true" } }, stroke(`M0 ${BASE}H140`, "base"), ...(DRAWINGS[page]?.() ?? [])),
      element("span", { class: "station-title" }, element("span", { class: "muted", text: `${index + 1} ` }), title),
      element("span", { class: "station-question", text: question }))));
  const list = element("ol", { class: "stations" }, items);
  // Arrows walk the path; Tab still visits every station in order.
  list.addEventListener("keydown", (event) => {
    const shift = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const links = [...list.querySelectorAll("a")];
    const from = links.indexOf(event.target);
    if (!shift || from < 0) return;
    event.preventDefault();
    links[Math.min(Math.max(from + shift, 0), links.length - 1)].focus();
  });
  return element("nav", { aria: { label: t("The path through the app") } }, list);
}
