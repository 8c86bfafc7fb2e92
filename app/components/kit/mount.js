/** How a picture lives inside Streamlit: built once, updated on every rerun, taken down once. */
import { createPost } from "./post.js";
import { readPalette, watchTheme } from "./theme.js";
import { useWords } from "./words.js";

const living = new WeakMap();

/**
 * mount(build) is what a component's main.js exports by default.
 *
 * `build(root, {setState, wish, data})` makes the page inside `root` and returns
 * `{update(data), themeChanged(), dispose()}`; each is optional. Streamlit calls the export again, with the same
 * parent, whenever data or theme change. A call that was overtaken by the next is cleaned up whenever it comes to its
 * end, before that next one or after it, and must not take down the living page: only one that is off the page is over.
 *
 * `data` is a dict with at least `catalogue`, `language` and `large`, or bytes (the caller then reads these itself).
 */
export function mount(build) {
  return function render(component) {
    const { parentElement, data } = component;
    let page = living.get(parentElement);
    const language = data?.language ?? "en";
    if (data?.catalogue) useWords(data.catalogue, language);
    const root = parentElement.querySelector(".tk");
    root.classList.toggle("large", Boolean(data?.large)); // first: whoever reads sizes and fonts reads these
    if (page && page.language !== language) {
      page.dispose();
      page = undefined;
    }
    if (!page) {
      page = start(root, build, component, language);
      living.set(parentElement, page);
    } else {
      page.component = component;
      page.parts.update?.(data);
      page.post.answered();
    }
    return () => {
      if (parentElement.isConnected || living.get(parentElement) !== page) return;
      page.dispose();
      living.delete(parentElement);
    };
  };
}

/**
 * The same for a picture of one run: `start(root, data, setState)` returns `{run, update(data), themeChanged(), dispose()}`,
 * and is called anew when another run is shown, with `forget` in place of what belonged to the one before.
 */
export const mountForRun = (start, forget = {}) => mount((root, { data, setState }) => {
  let page = start(root, data, setState);
  return {
    update(next) {
      if (next.run === page.run) {
        page.update?.(next);
        return;
      }
      page.dispose();
      page = start(root, { ...next, ...forget }, setState);
    },
    themeChanged: () => page.themeChanged?.(),
    dispose: () => page.dispose(),
  };
});

/** What such a `start` returns where all is drawn from one store: it keeps `width` and `palette`, and stops with `stops`. */
export function live(root, store, { run, stops }) {
  const resized = new ResizeObserver(() => store.set({ width: root.clientWidth }));
  resized.observe(root);
  store.redrawAll();
  const restyle = () => requestAnimationFrame(() => store.set({ palette: readPalette(root) }));
  return {
    run, update: restyle, themeChanged: restyle,
    dispose() {
      stops.forEach((stop) => stop());
      resized.disconnect();
      store.stop();
    },
  };
}

function start(root, build, component, language) {
  root.replaceChildren();
  root.lang = language;
  const page = { root, language, component };
  const unwatch = watchTheme(root, () => page.parts?.themeChanged?.());
  // Always through the newest call: Streamlit may hand new functions with each rerun.
  page.post = createPost((name, value) => page.component.setStateValue(name, value), () => page.component.data?.session);
  page.parts = build(root, { data: component.data, setState: page.post.state, wish: page.post.wish }) ?? {};
  page.dispose = () => {
    unwatch();
    page.post.dispose();
    page.parts.dispose?.();
  };
  return page;
}
