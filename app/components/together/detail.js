/** The choice in hand: the lines of both models under each other with the one draw, and their candidates side by side. */
import { withNumbers } from "../inside/asked.js";
import { asked, figure } from "../inside/numbers.js";
import { element, setText } from "../kit/dom.js";
import { percent, probability } from "../kit/format.js";
import { quotedToken, tokenSpan } from "../kit/tokens.js";
import { t } from "../kit/words.js";
import { createLines } from "./lines.js";
import { candidatesOf } from "./reading.js";

export function createDetail({ origin }) {
  let shown = null;
  let focus = null;
  const look = (token) => {
    if (token === focus || !shown) return;
    focus = token;
    draw(shown);
  };
  const title = element("h2");
  const words = element("p", { class: "caption" });
  const lines = createLines({ onHover: look });
  const head = element("tr");
  const body = element("tbody");
  const table = element("table", { class: "beside" }, element("thead", {}, head), body);
  const node = element("section", { class: "panel choice-panel", aria: { label: t("The choice in hand") } },
    element("div", { class: "panel-heading" }, title, element("span", { class: "note", text: t("slices as set above; the draw is the same for all") })),
    lines.node, words, element("div", { class: "table-frame" }, table));
  body.addEventListener("pointermove", (event) => look(event.target.closest("tr")?.dataset.token ?? null));
  body.addEventListener("pointerleave", () => look(null));

  /** {title, words, u, bands: [{name, slices, chosen, texts, none}], scale}: a band for each line. */
  function draw(next) {
    shown = next;
    const { bands, scale, u } = next;
    setText(title, next.title);
    words.replaceChildren(...withNumbers(next.words, next.numbers.map(([text, number]) => [text, figure(origin, text, number)])));
    lines.update({ bands, u, focus, scale, description: next.words });
    table.style.setProperty("--bands", bands.length);
    const candidates = candidatesOf(bands.map(({ slices }) => slices), bands.map(({ texts }) => texts));
    const largest = Math.max(1e-9, ...candidates.flatMap(({ shares }) => shares.map((share) => share ?? 0)));
    head.replaceChildren(element("th", { scope: "col", text: t("candidate") }), ...bands.map(({ name }) => element("th", { scope: "col", text: name })));
    body.replaceChildren(...candidates.map(({ token, shares }) => element("tr", { "data-token": token, class: token === focus ? "focused" : "" },
      element("th", { scope: "row" }, tokenSpan(token)),
      ...shares.map((share, line) => shareCell(share, largest, token, bands[line], origin)))));
  }
  return { node, draw, stop: lines.stop };
}

function shareCell(share, largest, token, { chosen, texts, name, given, slices }, origin) {
  const taken = texts[chosen] === token;
  if (share === null) return element("td", { text: "–" });
  const bar = element("span", { class: "share-bar-line" });
  bar.style.width = `${(share / largest) * 100}%`;
  return element("td", { class: taken ? "taken" : "", title: taken ? t("{name} takes {token} ({share})", { name, token: quotedToken(token), share: percent(share) }) : "" },
    element("span", { class: "share-line" }, bar), element("span", { class: "number" }, figure(origin, probability(share), given && share ? asked(given, "choice.final", slices.find(([id]) => texts[id] === token)[0]) : null)), element("span", { class: "taken-mark", text: taken ? "◂" : "", aria: { hidden: "true" } }));
}
