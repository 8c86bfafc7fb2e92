/** One state for a whole page: parts say what they read and are redrawn once per frame, only when that changed. */

export function createStore(initial, { name = "tokenarium" } = {}) {
  const state = { ...initial };
  const parts = [];
  let changed = new Set();
  let frame = 0;

  function redraw() {
    frame = 0;
    const keys = changed;
    changed = new Set();
    const start = performance.now();
    for (const part of parts) {
      if (part.reads === null || part.reads.some((key) => keys.has(key))) part.draw(state, keys);
    }
    performance.measure(`${name}:frame`, { start, detail: [...keys].join(" ") });
  }

  const ask = () => { frame ||= requestAnimationFrame(redraw); };

  /** set({step: 3}): marks what really differs and asks for one frame. */
  function set(patch) {
    for (const [key, value] of Object.entries(patch)) {
      if (Object.is(state[key], value)) continue;
      state[key] = value;
      changed.add(key);
    }
    if (changed.size) ask();
  }

  /** watch(["step", "run"], draw) or watch(null, draw) for every change; draw gets the state and the changed keys. */
  const watch = (reads, draw) => { parts.push({ reads, draw }); };

  function redrawAll() {
    for (const key of Object.keys(state)) changed.add(key);
    ask();
  }

  /** Draw what was set now, for a hand that is quicker than a frame. */
  function drawNow() {
    cancelAnimationFrame(frame);
    if (changed.size) redraw();
    frame = 0;
  }

  function stop() {
    cancelAnimationFrame(frame);
    parts.length = 0;
  }

  return { state, set, watch, redrawAll, drawNow, stop };
}
