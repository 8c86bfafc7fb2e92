/** Hands on the loss chart: hover reads, drag zooms, click picks the moment, double-click shows all; keys do the same. */
import { selectStep } from "../kit/timeline.js";
import { nearestRow } from "./run_data.js";

const SMALLEST_BRUSH_PIXELS = 8;
const ZOOM_FACTOR = 0.6;
const SMALLEST_WINDOW = 5;

/** The steps in view: the zoomed window, else the whole run, so that a growing line never rescales. */
export const stepWindow = (state, run) => state.zoom ?? [0, Math.max(1, run.lastStep, run.steps.at(-1) ?? 0)];

export function linkPointer(canvas, store, run, getScale) {
  let drag = null;
  const stepAt = (event) => {
    const scale = getScale();
    return scale.toStep(Math.max(scale.left, Math.min(scale.right, event.offsetX)));
  };
  canvas.addEventListener("pointermove", (event) => {
    if (!run.steps.length || !getScale()) return;
    store.set({ cursor: run.steps[nearestRow(run, stepAt(event))] });
    if (drag && Math.abs(event.offsetX - drag.pixel) > SMALLEST_BRUSH_PIXELS) {
      store.set({ brush: [drag.step, stepAt(event)].sort((first, second) => first - second) });
    }
  });
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || event.pointerType === "touch" || !getScale()) return; // a finger that scrolls must not zoom
    drag = { pixel: event.offsetX, step: stepAt(event) };
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointerup", (event) => {
    const { brush } = store.state;
    if (brush) store.set({ zoom: brush[1] - brush[0] >= SMALLEST_WINDOW ? brush : null, brush: null });
    else if (drag && store.state.points.length) selectStep(store, stepAt(event));
    drag = null;
  });
  canvas.addEventListener("pointercancel", () => { drag = null; store.set({ brush: null, cursor: null }); });
  canvas.addEventListener("pointerleave", () => store.set({ cursor: null }));
  canvas.addEventListener("dblclick", () => store.set({ zoom: null }));
}

/** Arrows move the reading, + and - zoom around it, Enter picks its moment, Escape releases. */
export function linkKeys(canvas, store, run) {
  const row = () => (store.state.cursor === null ? run.steps.length - 1 : nearestRow(run, store.state.cursor));
  const moveTo = (index) => store.set({ cursor: run.steps[Math.max(0, Math.min(run.steps.length - 1, index))] });
  const stride = (event) => (event.shiftKey ? 50 : 1);
  const actions = {
    ArrowRight: (event) => moveTo(row() + stride(event)),
    ArrowLeft: (event) => moveTo(row() - stride(event)),
    Home: () => moveTo(0),
    End: () => moveTo(run.steps.length - 1),
    Enter: () => { if (store.state.points.length) selectStep(store, run.steps[row()]); },
    Escape: () => store.set({ cursor: null, zoom: null }),
    "+": () => zoomAround(store, run, run.steps[row()], ZOOM_FACTOR),
    "-": () => zoomAround(store, run, run.steps[row()], 1 / ZOOM_FACTOR),
  };
  canvas.addEventListener("keydown", (event) => {
    if (!actions[event.key] || !run.steps.length) return;
    event.preventDefault();
    event.stopPropagation();
    actions[event.key](event);
  });
  canvas.addEventListener("blur", () => store.set({ cursor: null }));
}

function zoomAround(store, run, step, factor) {
  const [, whole] = stepWindow({ zoom: null }, run);
  const [first, last] = stepWindow(store.state, run);
  const zoom = [Math.max(0, step - (step - first) * factor), Math.min(whole, step + (last - step) * factor)];
  if (zoom[1] - zoom[0] < SMALLEST_WINDOW) return;
  store.set({ zoom: zoom[0] <= 0 && zoom[1] >= whole ? null : zoom });
}
