/** What all charts over training steps share: one window, one cursor, one brush, the same keys. */
import { selectStep } from "../kit/timeline.js";
import { lowerBound } from "./measures.js";

const SMALLEST_BRUSH = 8;
const ZOOM_FACTOR = 0.6;
const SMALLEST_WINDOW = 5;

/** Curves are redrawn when these change; cursor and brush lie on a sheet of their own, which is cheap. */
export const CURVE_KEYS = ["revision", "zoom", "selected", "points", "lastStep", "stepAxis", "palette", "size"];
export const CURSOR_KEYS = [...CURVE_KEYS, "brush", "cursorRow", "cursorFrom"];
export const touches = (changed, keys) => keys.some((key) => changed.has(key));

/** The steps in view: the brushed window, else the whole run, so that a growing line never rescales. */
export const stepWindow = (state) => state.zoom ?? [0, Math.max(1, state.lastStep)];

/** Rows to draw, one beyond each edge so that lines run on to the border. */
export function visibleRows(state, run) {
  const [first, last] = stepWindow(state);
  return {
    begin: Math.max(0, lowerBound(run.steps, first) - 1),
    end: Math.min(state.rowCount, lowerBound(run.steps, last) + 2),
  };
}

export function nearestRow(state, run, step) {
  const newest = state.rowCount - 1;
  const after = Math.min(newest, lowerBound(run.steps, step));
  const before = Math.max(0, after - 1);
  return step - run.steps[before] < run.steps[after] - step ? before : after;
}

/** Hover moves the shared cursor, drag zooms, click picks the nearest kept moment, double-click shows all. */
export function linkPointer(canvas, store, run, getScale) {
  let drag = null;

  const stepAt = (event) => {
    const scale = getScale();
    return scale.toStep(Math.max(scale.left, Math.min(scale.right, event.offsetX)));
  };

  function moveCursor(event) {
    if (!store.state.rowCount || !getScale()) return;
    store.set({ cursorRow: nearestRow(store.state, run, stepAt(event)), cursorFrom: canvas });
    if (drag && Math.abs(event.offsetX - drag.pixel) > SMALLEST_BRUSH) {
      store.set({ brush: [drag.step, stepAt(event)].sort((first, second) => first - second) });
    }
  }

  function startDrag(event) {
    // Touch drags move the cursor: a finger that scrolls must not zoom.
    if (event.button !== 0 || event.pointerType === "touch" || !getScale()) return;
    drag = { pixel: event.offsetX, step: stepAt(event) };
    canvas.setPointerCapture(event.pointerId);
  }

  function endDrag(event) {
    const { brush } = store.state;
    const clicked = getScale() && !brush && (drag || event.pointerType === "touch");
    drag = null;
    if (brush) store.set({ zoom: brush, brush: null });
    else if (clicked && store.state.points.length) {
      store.set({ playing: false });
      selectStep(store, stepAt(event));
    }
  }

  canvas.addEventListener("pointermove", moveCursor);
  canvas.addEventListener("pointerdown", startDrag);
  canvas.addEventListener("pointerup", endDrag);
  canvas.addEventListener("pointercancel", () => { drag = null; store.set({ brush: null }); });
  canvas.addEventListener("pointerleave", () => store.set({ cursorRow: null }));
  canvas.addEventListener("dblclick", () => store.set({ zoom: null }));
}

/** Arrow keys move the cursor, + and - zoom around it, Enter picks the moment, Escape releases. */
export function linkKeys(canvas, store, run) {
  const cursor = () => store.state.cursorRow ?? store.state.rowCount - 1;
  const moveTo = (row) => store.set({
    cursorRow: Math.max(0, Math.min(store.state.rowCount - 1, row)), cursorFrom: canvas,
  });
  const stride = (event) => (event.shiftKey ? 50 : 1);
  const actions = {
    ArrowRight: (event) => moveTo(cursor() + stride(event)),
    ArrowLeft: (event) => moveTo(cursor() - stride(event)),
    Home: () => moveTo(0),
    End: () => moveTo(store.state.rowCount - 1),
    Enter: () => { if (store.state.points.length) selectStep(store, run.steps[cursor()]); },
    Escape: () => store.set({ cursorRow: null, zoom: null }),
    "+": () => zoomAround(store, run.steps[cursor()], ZOOM_FACTOR),
    "-": () => zoomAround(store, run.steps[cursor()], 1 / ZOOM_FACTOR),
  };
  canvas.addEventListener("keydown", (event) => {
    if (!Object.hasOwn(actions, event.key) || !store.state.rowCount || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    actions[event.key](event);
  });
  canvas.addEventListener("blur", () => store.set({ cursorRow: null }));
}

function zoomAround(store, step, factor) {
  const [first, last] = stepWindow(store.state);
  const end = store.state.lastStep;
  const zoom = [Math.max(0, step - (step - first) * factor), Math.min(end, step + (last - step) * factor)];
  if (zoom[1] - zoom[0] < SMALLEST_WINDOW) return;
  store.set({ zoom: zoom[0] <= 0 && zoom[1] >= end ? null : zoom });
}
