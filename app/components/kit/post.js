/**
 * What a picture tells Python, by Streamlit's one line to the server. Two things of it must be known:
 *
 * - a message ends the drawing that is under way, and what a trigger said is gone with it. So nothing here is a trigger:
 *   a wish is a state that stays, a list of the newest wishes with a number each, and Python knows which are done;
 * - a message that leaves while the page turns still names the old page: Streamlit would go back to it, or empty the new
 *   one. So pictures are silent from the click on a link until they are taken down, and while a wish is carried out.
 */
const QUIET = 8000; // milliseconds after which an answer is no longer waited for
const KEPT = 20; // wishes

let turnedAt = -Infinity;
let count = 0;

document.addEventListener("click", (event) => {
  const link = event.composedPath().find((node) => node instanceof HTMLAnchorElement);
  const opensHere = !event.ctrlKey && !event.metaKey && !event.shiftKey && !link?.target;
  if (link?.href && opensHere && new URL(link.href).origin === location.origin) turnedAt = performance.now();
}, true);

/** `tell(name, value)` sends; `session` names who is asked, so that a server which has begun anew repeats nothing. */
export function createPost(tell, session) {
  const [held, wishes] = [new Map(), new Map()];
  let [wishedAt, timer] = [-Infinity, 0];
  const send = () => {
    clearTimeout(timer);
    if (!held.size) return;
    const wait = Math.max(turnedAt, wishedAt) + QUIET - performance.now();
    if (wait > 0) {
      timer = setTimeout(send, wait);
      return;
    }
    for (const [name, value] of held) tell(name, value);
    held.clear();
  };
  return {
    /** Something that Python may know, the newest value of it. */
    state(name, value) {
      held.set(name, value);
      send();
    },
    /** Something that Python is to do, once. */
    wish(name, value) {
      count += 1;
      wishedAt = performance.now();
      const wish = { id: `${Date.now()} ${count}`, session: session(), value };
      wishes.set(name, [...(wishes.get(name) ?? []), wish].slice(-KEPT));
      tell(name, wishes.get(name));
    },
    /** Python has drawn again. */
    answered() {
      wishedAt = -Infinity;
      send();
    },
    dispose: () => clearTimeout(timer),
  };
}
