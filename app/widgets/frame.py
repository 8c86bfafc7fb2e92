"""The frame of a page: language and size above it, its question and answer, the lesson at three depths below it."""

from __future__ import annotations

import logging

import streamlit as st

from app import state
from app.i18n import LANGUAGES, _, current_language, lesson_text
from app.loaders.code import source_of
from app.sentences import translate_sentence
from app.widgets.path import link_to_next
from app.widgets.plain import plain
from lm_core.errors import LMError

log = logging.getLogger("tokenarium")

# What no theme option reaches: less air around the page, no limit of Streamlit's under ours at an upload, words of
# chosen buttons and values that can be read in the dark; the tools beside the navigation, and the run beside the title
# where there is room, so that a projector's few lines are the picture's.
STYLE = """<style>
.stMainBlockContainer {
  padding: 4.25rem clamp(1rem, 3vw, 3rem) 0; max-width: 1400px; margin-inline: auto; position: relative;
}
.stMainBlockContainer h1 { padding: 0.25rem 0 0.5rem; }
[data-testid="stFileUploaderDropzoneInstructions"] { display: none; }
[data-testid="stButtonGroup"] [aria-checked="true"] { color: inherit !important; }
.stMultiSelect [data-tag], .stMultiSelect [data-tag] * { background: transparent; color: inherit; }
.stMultiSelect [data-tag] { border: 1px solid currentColor; }
.st-key-tools { position: fixed; top: 0.75rem; right: clamp(1rem, 3vw, 3rem); z-index: 999991; width: auto !important; }
[data-testid="stLayoutWrapper"]:has(> .st-key-tools) { height: 0; margin-bottom: -1rem; }
.st-key-tools label { align-items: center; }
@media (max-width: 899px) {
  body:has([data-testid="stSidebar"][data-collapsed="false"]) .st-key-tools { display: none; }
}
@media (max-width: 480px) { .st-key-tools [data-testid="stTooltipIcon"] { display: none; } }
@media (min-width: 1100px) {
  .st-key-run { position: absolute; top: 4.5rem; right: clamp(1rem, 3vw, 3rem); width: min(35rem, 42%) !important; }
  .st-key-actions .st-key-run { position: static; width: 100% !important; } /* on Runs */
}
</style>"""
LARGE_STYLE = """<style>
[data-testid="stMarkdownContainer"] { font-size: 1.35rem; }
[data-testid="stCaptionContainer"] * { font-size: 1.1rem; }
.stSelectbox input, .stTextInput input, .stNumberInput input, .stTextArea textarea { font-size: 1.2rem; }
</style>"""


def style() -> None:
    """The few rules that Streamlit's theme cannot say."""
    st.html(STYLE)


def language_and_size() -> None:
    """The choices that hold for every page; both live in the address."""
    with st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center", key="tools"):
        st.toggle(
            _("Large"), key=state.LARGE, bind="query-params", help=_("Presentation size, readable from the last row.")
        )
        _buttons("Language · 语言", LANGUAGES, state.LANGUAGE, default=current_language())
    if state.is_large():
        st.html(LARGE_STYLE)


def _buttons(label: str, options: dict[str, str], name: str, *, default: str) -> str:
    """A row of buttons of which one holds, kept in the address and over page changes."""
    state.from_address(name, list(options), default)
    chosen = st.segmented_control(
        label,
        list(options),
        format_func=options.get,
        required=True,
        key=name,
        persist_state="session",
        label_visibility="collapsed",
    )
    state.to_address(name)
    return chosen


def header(question: str, answer: str) -> None:
    """The page's title is a question; one sentence answers it."""
    st.title(question, anchor=False)
    st.markdown(answer)


def lesson(page: str, *, code: tuple[str, ...] = (), section: str = "") -> None:
    """The words under the picture: as a story, in maths, or the functions of lm_core that did the work.

    `code` names functions such as "lm_core.training.loop.train"; their source is read from the running program.
    `section` is the part of the page that is open, where it has parts. Below stands the way to the next page.
    """
    depths = {"story": _("Story"), "maths": _("Maths"), "code": _("Code")}
    depth = _buttons(_("Depth"), depths, state.DEPTH, default="story")
    if depth == "code":
        for name in code:
            st.caption(f"`{name}`")
            st.code(source_of(name), language="python")
    else:
        st.markdown(lesson_part(lesson_text(page, current_language()), depth, section))
    link_to_next(page)


def lesson_part(text: str, depth: str, section: str = "") -> str:
    """The part of a lesson file below '# story' or '# maths', up to the next such heading.

    What stands there below '## curve' belongs to the page's section of that name: of these parts only that of `section`
    is in it, after what stands before them all; where no section is open, all are.

    >>> lesson_part("# story\\nOnce.\\n# maths\\n1 + 1\\n## curve\\n2\\n## text\\n3", "maths", "curve")
    '1 + 1\\n\\n2'
    """
    whole = dict(_below_headings(f"\n{text}", "\n# ")).get(depth, "")
    before, *parts = _below_headings(whole, "\n## ")
    bodies = [before[1], *(body for name, body in parts if section in ("", name))]
    return "\n\n".join(body for body in bodies if body)


def _below_headings(text: str, mark: str) -> list[tuple[str, str]]:
    """("\\n# a\\nOnce.", "\\n# ") -> [("", ""), ("a", "Once.")]: each heading and what stands below it."""
    before, *parts = text.split(mark)
    below = [part.partition("\n") for part in parts]
    return [("", before.strip()), *((heading.strip(), body.strip()) for heading, _newline, body in below)]


def show_error(error: Exception) -> bool:
    """The one place where errors reach the screen: our sentences, translated; all others as one and a log."""
    if isinstance(error, LMError):
        st.error(plain(translate_sentence(str(error))), icon=":material/error:")
    else:
        log.error("A page failed", exc_info=error)
        st.error(
            _("Something went wrong on this page. Your runs are safe; reload to try again."), icon=":material/error:"
        )
    return True
