/** Tokenizers side by side on one text: what each makes of it, what it measures, and what it costs other languages. */
import { element } from "../kit/dom.js";
import { mount } from "../kit/mount.js";
import { createStore } from "../kit/store.js";
import { t } from "../kit/words.js";
import { createField } from "../tokens/field.js";
import { createColumns } from "./columns.js";
import { createFigures } from "./figures.js";
import { createLanguages } from "./languages.js";
import { createSources } from "./sources.js";

const RESTED = 600;

export default mount((root, { data, setState }) => {
  const store = createStore({ columns: data.columns, text: data.text, answers: {}, facts: {}, problems: {}, context: 64, range: null }, { name: "sidebyside" });
  const sources = createSources(store, data.base);
  let rest = 0;
  const tell = () => {
    clearTimeout(rest);
    rest = 0;
    setState("typed", { text: store.state.text.toWellFormed?.() ?? store.state.text });
  };
  const field = createField({
    text: data.text, label: t("Text for all of them"), rows: "2",
    changed(text) {
      store.set({ text, range: null });
      clearTimeout(rest);
      rest = setTimeout(tell, RESTED);
    },
    left: () => { if (rest) tell(); },
  });
  root.replaceChildren(field.node, createColumns(store), createFigures(store), createLanguages(store));
  store.redrawAll();
  return {
    update(next) {
      if (JSON.stringify(next.columns) !== JSON.stringify(store.state.columns)) store.set({ columns: next.columns, range: null });
    },
    dispose() {
      clearTimeout(rest);
      sources.dispose();
      store.stop();
    },
  };
});
