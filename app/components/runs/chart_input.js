/** Hands on the comparison: hover reads, drag zooms, double-click shows all; arrows, + and -, Escape do the same. */

const SMALLEST_BRUSH_PIXELS = 8;
const ZOOM_FACTOR = 0.6;

export function linkPointer(canvas, store, getPlot) {
  let drag = null;
  const placeAt = (event) => {
    const { xScale } = getPlot();
    return xScale.toStep(Math.max(xScale.left, Math.min(xScale.right, event.offsetX)));
  };
  canvas.addEventListener("pointermove", (event) => {
    if (!getPlot()?.places.length) return;
    const place = placeAt(event);
    const brushing = drag && Math.abs(event.offsetX - drag.pixel) > SMALLEST_BRUSH_PIXELS;
    store.set({ cursor: place, ...(brushing ? { brush: [drag.place, place].sort((one, other) => one - other) } : {}) });
  });
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || event.pointerType === "touch" || !getPlot()) return; // a finger that scrolls must not zoom
    drag = { pixel: event.offsetX, place: placeAt(event) };
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointerup", () => {
    const { brush } = store.state;
    if (brush) store.set({ zoom: brush, brush: null });
    drag = null;
  });
  canvas.addEventListener("pointercancel", () => { drag = null; store.set({ brush: null, cursor: null }); });
  canvas.addEventListener("pointerleave", () => store.set({ cursor: null }));
  canvas.addEventListener("dblclick", () => store.set({ zoom: null }));
}

export function linkKeys(canvas, store, getPlot) {
  const moveBy = (count) => {
    const { places } = getPlot();
    const { cursor } = store.state;
    const now = cursor === null ? places.length : places.findIndex((place) => place >= cursor);
    store.set({ cursor: places[Math.max(0, Math.min(places.length - 1, (now < 0 ? places.length : now) + count))] });
  };
  const actions = {
    ArrowRight: (event) => moveBy(event.shiftKey ? 10 : 1),
    ArrowLeft: (event) => moveBy(event.shiftKey ? -10 : -1),
    Home: () => moveBy(-Infinity),
    End: () => moveBy(Infinity),
    Escape: () => store.set({ cursor: null, zoom: null }),
    "+": () => zoomBy(store, getPlot(), ZOOM_FACTOR),
    "-": () => zoomBy(store, getPlot(), 1 / ZOOM_FACTOR),
  };
  canvas.addEventListener("keydown", (event) => {
    if (!actions[event.key] || event.ctrlKey || event.metaKey || event.altKey || !getPlot()?.places.length) return;
    event.preventDefault();
    event.stopPropagation();
    actions[event.key](event);
  });
  canvas.addEventListener("blur", () => store.set({ cursor: null }));
}

function zoomBy(store, { whole, places, xScale }, factor) {
  const around = store.state.cursor ?? places.at(-1);
  const [first, last] = [xScale.firstStep, xScale.lastStep];
  const zoom = [Math.max(0, around - (around - first) * factor), Math.min(whole[1], around + (last - around) * factor)];
  if (zoom[1] - zoom[0] < whole[1] * 1e-3) return;
  store.set({ zoom: zoom[0] <= 0 && zoom[1] >= whole[1] ? null : zoom });
}
