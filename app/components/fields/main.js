/** Guards the text fields of a page: whatever is typed or pasted in, only whole characters out. */
import { mount } from "../kit/mount.js";
import { mendField } from "./halves.js";
import { pasteLong } from "./pasting.js";

window.addEventListener("input", mendField, true); // before Streamlit's field hears of it; once, as modules run once
window.addEventListener("paste", pasteLong, true);

export default mount(() => ({}));
