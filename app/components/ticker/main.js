/** Nothing to see: it has the part of the page around it drawn again every `period` milliseconds, in a tab in view.
 *
 * Streamlit's own `run_every` would go on in the moment in which the page turns, and empty the new one.
 */
import { mount } from "../kit/mount.js";

export default mount((_root, { data, setState }) => {
  const timer = setInterval(() => { if (!document.hidden) setState("tick", Date.now()); }, data.period);
  return { dispose: () => clearInterval(timer) };
});
