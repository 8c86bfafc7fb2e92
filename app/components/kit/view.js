/** The view of a picture, told once it rests, so that the address names it. */
const SETTLED = 400; // milliseconds without a change

/** `viewOf(state)` is asked when one of `reads` changes: the view, or null while there is none. Returns its stop. */
export function tellView(store, reads, viewOf, tell) {
  let timer = 0;
  let told = null;
  store.watch(reads, (state) => {
    clearTimeout(timer);
    const view = viewOf(state);
    if (!view) return;
    const words = JSON.stringify(view);
    timer = setTimeout(() => {
      if (told !== words) tell(view);
      told = words;
    }, SETTLED);
  });
  return () => clearTimeout(timer);
}
