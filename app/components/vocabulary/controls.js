/** Search, order, filters and downloads of the vocabulary. */
import { apiAddress } from "../kit/address.js";
import { element } from "../kit/dom.js";
import { t } from "../kit/words.js";
import { downloadCsv, downloadJson } from "./files.js";
import { scriptName } from "./captions.js";

export function createControls(store, { base, empty }) {
  const search = element("input", { type: "search", class: "search", placeholder: t("Search a text or an id"), aria: { label: t("Search the vocabulary") }, spellcheck: "false" });
  search.addEventListener("input", () => store.set({ search: search.value.trim() === "" ? search.value : search.value.replace(/\s+$/, "") }));
  const sort = select(t("Order"), orders(store), (value) => store.set({ sort: value }));
  const kind = select(t("Which tokens"), kinds(store), (value) => store.set({ kind: value }));
  const script = select(t("Script"), [["all", t("all scripts")]], (value) => store.set({ script: value }));
  const save = (text, action) => element("button", { type: "button", class: "button small", text, onclick: () => action(store.state) });
  const whole = element("a", { class: "button small", download: "tokenizer.json", text: t("Save as tokenizer.json"), title: t("For Hugging Face's library tokenizers: it reads the file and gives the same ids.") });
  const bar = element("div", { class: "controls" }, search, kind.node, script.node, sort.node, element("span", { class: "spacer" }),
    save(t("Save as JSON"), downloadJson), save(t("Save as CSV"), downloadCsv), whole);
  store.watch(["source"], ({ source }) => { whole.href = apiAddress(base, "vocabulary/file", source); });
  store.watch(["tokens"], ({ tokens }) => {
    const found = [...new Set(tokens.map((token) => token.script))];
    script.offer([["all", t("all scripts")], ...found.map((name) => [name, scriptName(name)])], store.state.script);
    sort.offer(orders(store), store.state.sort);
    kind.offer(kinds(store), store.state.kind);
  });
  return {
    bar,
    show() {
      search.value = empty.search;
      sort.node.value = empty.sort;
      kind.node.value = empty.kind;
      script.node.value = empty.script;
    },
  };
}

/** Merge rank means something only where pieces are merged, frequency where somebody has counted. */
function orders({ state }) {
  return [
    ["id", t("by id")], ...(state.columns?.times ? [["frequent", t("most frequent first")], ["rare", t("rarest first")]] : []), ["longest", t("longest first")], ["shortest", t("shortest first")],
    ...(state.columns?.ranks ? [["merge", t("by merge, earliest first")]] : []), ["text", t("by text")],
  ];
}

const kinds = ({ state }) => [
  ["all", t("all tokens")], ["words", t("whole words with their space")], ["pieces", t("pieces of several characters")], ["characters", t("single characters")],
  ["bytes", t("single bytes")], ["special", t("special tokens")], ...(state.columns?.times ? [["unused", t("never in the training text")]] : []),
];

function select(label, options, onChoose) {
  const node = element("select", { class: "select", aria: { label } });
  node.addEventListener("change", () => onChoose(node.value));
  const offer = (wanted, chosen) => {
    node.replaceChildren(...wanted.map(([value, text]) => element("option", { value, text })));
    node.value = chosen;
  };
  offer(options, options[0][0]);
  return { node, offer };
}
