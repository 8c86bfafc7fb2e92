/** A vocabulary to browse: all of its tokens in a list that draws only what is in sight, searched, sorted, filtered. */
import { apiAddress } from "../kit/address.js";
import { createAsking, fetchAnswer } from "../kit/ask.js";
import { element, setText } from "../kit/dom.js";
import { mount } from "../kit/mount.js";
import { createStore } from "../kit/store.js";
import { t } from "../kit/words.js";
import { chosenTokens, tokensOf } from "./choosing.js";
import { vocabularyCaption } from "./captions.js";
import { createControls } from "./controls.js";
import { createDetail } from "./detail.js";
import { createLengths } from "./lengths.js";
import { createList } from "./list.js";

const EMPTY = { search: "", sort: "id", kind: "all", script: "all", length: null };

export default mount((root, { data }) => {
  const { base } = data;
  const store = createStore({ source: data.source, columns: null, tokens: [], found: [], chosen: null, detail: null, ...EMPTY }, { name: "vocabulary" });
  const problem = element("p", { class: "notice", role: "alert", hidden: true });
  const caption = element("p", { class: "caption", aria: { live: "polite" } });
  const bar = element("div", { class: "loading" });
  const failed = (sentence) => { problem.hidden = !sentence; setText(problem, sentence); };
  const asking = createAsking({
    send: ({ source }, signal) => fetchAnswer(apiAddress(base, "vocabulary", source), { signal }), failed,
    answered(columns) { failed(""); store.set({ columns, tokens: tokensOf(columns), chosen: null, detail: null }); },
    waiting(waiting) { bar.hidden = !waiting; },
  });
  const looking = createAsking({
    pause: () => 60, send: ({ source, token }, signal) => fetchAnswer(apiAddress(base, "vocabulary/token", { ...source, token }), { signal }), failed,
    answered(detail, { token }) { if (token === store.state.chosen) store.set({ detail }); },
  });
  const controls = createControls(store, { base, empty: EMPTY });
  root.replaceChildren(
    controls.bar, bar, problem,
    element("div", { class: "vocabulary" }, createList(store), element("div", { class: "beside" }, createDetail(store), createLengths(store))), caption);
  store.watch(["source"], ({ source }) => asking.ask({ source }));
  store.watch(["tokens", "search", "sort", "kind", "script", "length"], (state) => store.set({ found: chosenTokens(state) }));
  store.watch(["chosen"], ({ chosen, source }) => {
    store.set({ detail: null });
    if (chosen !== null) looking.ask({ source, token: chosen });
  });
  store.watch(["columns", "found"], ({ columns, tokens, found }) => setText(caption, columns ? vocabularyCaption(columns, tokens, found) : t("The vocabulary is on its way …")));
  store.redrawAll();
  return {
    update(next) {
      if (JSON.stringify(next.source) === JSON.stringify(store.state.source)) return;
      store.set({ source: next.source, ...EMPTY });
      controls.show();
    },
    dispose() {
      asking.dispose();
      looking.dispose();
      store.stop();
    },
  };
});
