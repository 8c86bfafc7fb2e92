/** Columns that are pointed at: `point(index)` by pointer and keys, null when none is; `columns()` says where they stand. */
export function linkPointing(picture, { columns, pointed, point }) {
  picture.addEventListener("pointermove", ({ offsetX }) => {
    const drawn = columns();
    if (drawn) point(Math.floor((offsetX - drawn.left) / drawn.step));
  });
  picture.addEventListener("pointerleave", () => point(null));
  picture.addEventListener("blur", () => point(null));
  picture.addEventListener("keydown", (event) => {
    const now = pointed();
    const to = { ArrowRight: (now ?? -1) + 1, ArrowLeft: (now ?? 1) - 1, Home: 0, End: Infinity, Escape: null }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    point(to);
  });
}
