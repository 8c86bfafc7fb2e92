/** Hands on a chart over training steps: hover reads, drag zooms, click picks a moment, double-click shows all; keys do
 *  the same. The store holds zoom, brush, lastStep, firstStep of a run that goes on from another, and the timeline's state. */
import { nearestRow } from "./series.js";
import { selectStep } from "./timeline.js";

const SMALLEST_BRUSH_PIXELS = 8;
const SMALLEST_WINDOW = 5;
const ZOOM_FACTOR = 0.6;

/** The steps in view: the zoomed window, else the whole run, so that a growing line never rescales. */
export const stepWindow = ({ zoom, firstStep = 0, lastStep }) => zoom ?? [firstStep, Math.max(firstStep + 1, lastStep)];

/**
 * linkHands(canvas, store, {steps, count: () => rows on screen, scale: () => step scale, row: () => the row read, read})
 *
 * `read(row)` moves the reading to a row, `read(null)` ends it.
 */
export function linkHands(canvas, store, chart) {
  linkPointer(canvas, store, chart);
  linkKeys(canvas, store, chart);
}

function linkPointer(canvas, store, { steps, count, scale, read }) {
  let drag = null;

  const stepAt = ({ offsetX }) => scale().toStep(Math.max(scale().left, Math.min(scale().right, offsetX)));

  function move(event) {
    if (!count() || !scale()) return;
    read(nearestRow(steps, count(), stepAt(event)));
    if (drag && Math.abs(event.offsetX - drag.pixel) > SMALLEST_BRUSH_PIXELS) {
      store.set({ brush: [drag.step, stepAt(event)].sort((first, second) => first - second) });
    }
  }

  function startDrag(event) {
    if (event.button !== 0 || event.pointerType === "touch" || !scale()) return; // a finger that scrolls must not zoom
    drag = { pixel: event.offsetX, step: stepAt(event) };
    canvas.setPointerCapture(event.pointerId);
  }

  function endDrag(event) {
    const { brush, zoom, points } = store.state;
    const clicked = scale() && !brush && (drag || event.pointerType === "touch");
    drag = null;
    if (brush) store.set({ zoom: brush[1] - brush[0] >= SMALLEST_WINDOW ? brush : zoom, brush: null });
    else if (clicked && points.length) {
      store.set({ playing: false });
      selectStep(store, stepAt(event));
    }
  }

  canvas.addEventListener("pointermove", move);
  canvas.addEventListener("pointerdown", startDrag);
  canvas.addEventListener("pointerup", endDrag);
  canvas.addEventListener("pointercancel", () => { drag = null; store.set({ brush: null }); });
  canvas.addEventListener("pointerleave", () => read(null));
  canvas.addEventListener("dblclick", () => store.set({ zoom: null }));
}

/** Arrows move the reading, + and - zoom around it, Enter picks its moment, Escape releases. */
function linkKeys(canvas, store, { steps, count, row, read }) {
  const here = () => row() ?? count() - 1;
  const moveTo = (place) => read(Math.max(0, Math.min(count() - 1, place)));
  const stride = (event) => (event.shiftKey ? 50 : 1);
  const actions = {
    ArrowRight: (event) => moveTo(here() + stride(event)),
    ArrowLeft: (event) => moveTo(here() - stride(event)),
    Home: () => moveTo(0),
    End: () => moveTo(count() - 1),
    Enter: () => { if (store.state.points.length) selectStep(store, steps[here()]); },
    Escape: () => { read(null); store.set({ zoom: null }); },
    "+": () => zoomAround(store, steps[here()], ZOOM_FACTOR),
    "-": () => zoomAround(store, steps[here()], 1 / ZOOM_FACTOR),
  };
  canvas.addEventListener("keydown", (event) => {
    if (!Object.hasOwn(actions, event.key) || !count() || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    actions[event.key](event);
  });
  canvas.addEventListener("blur", () => read(null));
}

function zoomAround(store, step, factor) {
  const [first, last] = stepWindow(store.state);
  const { firstStep: start = 0, lastStep: end } = store.state;
  const zoom = [Math.max(start, step - (step - first) * factor), Math.min(end, step + (last - step) * factor)];
  if (zoom[1] - zoom[0] < SMALLEST_WINDOW) return;
  store.set({ zoom: zoom[0] <= start && zoom[1] >= end ? null : zoom });
}
