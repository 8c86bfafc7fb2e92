"""A text of one's own, pasted or uploaded: two native inputs in, a clean text or the sentence why not out."""

from __future__ import annotations

import streamlit as st

from app.i18n import _
from app.loaders import data, runs
from app.sentences import translate_sentence
from app.widgets.plain import plain

PASTE, UPLOAD = "pasted text", "uploaded text"


def own_text() -> data.OwnText | None:
    """Draw both inputs; return the newest text, or None while there is none.

    What was pasted stays in its field whatever happens; an accepted file stays for the session, also when the reader
    leaves the page, which empties Streamlit's uploader.
    """
    paste, upload = st.tabs([_("Paste"), _("Upload")])
    with paste:
        pasted = st.text_area(
            _("Your text"),
            key=PASTE,
            persist_state="session",
            height=160,
            placeholder=_("Paste at least a page: a story, poems, song texts, chats, code …"),
        )
    with upload:
        megabytes = max(1, runs.settings().max_text_bytes // 1_000_000)
        # Streamlit's own limit is higher: it refuses with no more than a red sign, and in English.
        file = st.file_uploader(
            _("A text file, at most {megabytes} MB").format(megabytes=megabytes), type=["txt", "md"]
        )
    if file is not None:
        st.session_state[UPLOAD] = data.read_upload(file.getvalue(), file.name)
    uploaded: data.OwnText | None = st.session_state.get(UPLOAD)
    if uploaded is not None:
        return _with_way_back(uploaded)
    return data.read_paste(pasted) if pasted else None


def _with_way_back(uploaded: data.OwnText) -> data.OwnText | None:
    """A file goes before pasted text until the reader sends it away."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(_("From the file **{title}**").format(title=plain(uploaded.title)))
        if st.button(_("Use the pasted text instead"), type="tertiary"):
            del st.session_state[UPLOAD]
            st.rerun()
    return uploaded


def show_reading(own: data.OwnText) -> None:
    """How the text was read and what was changed, or why it cannot be used."""
    if own.read is None:
        st.warning(plain(translate_sentence(own.refusal)), icon=":material/error:")
        return
    notes = [] if own.read.encoding == "pasted" else [_("Read as {encoding}.").format(encoding=own.read.encoding)]
    notes += [translate_sentence(note) for note in own.read.notes]
    st.caption(" ".join(map(plain, notes)))
