/** What goes wrong between a page of runs and the server, in words above the picture. */
import { element, setText } from "../kit/dom.js";
import { t } from "../kit/words.js";

export function createNotice(store) {
  const node = element("p", { class: "notice", role: "status", hidden: true });
  store.watch(["trouble"], ({ trouble }) => {
    node.hidden = !trouble;
    setText(node, trouble ? trouble.sentence ?? t("The server does not answer; trying again.") : "");
  });
  return node;
}
