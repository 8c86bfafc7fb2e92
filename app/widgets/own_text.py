"""A text of one's own, pasted or uploaded: two native inputs in, a clean text or the sentence why not out."""

from __future__ import annotations

import re
from typing import Any

import streamlit as st

from app import state
from app.i18n import _
from app.loaders import data, runs
from app.sentences import translate_sentence
from app.widgets.plain import plain
from lm_core.corpora.uploads import safe_title

PASTE, UPLOAD = "pasted text", "uploaded text"
PASTE_READ = "the pasted text, and what it was read as"
READ, COLUMNS = "the files that were read", "the columns of the files"
LINKED, TEXT_ID = "the stored text that a link named last", re.compile(r"[0-9a-f]{64}")
NAMED = 5  # files that were left out and are named one by one
LARGEST_UPLOAD = 300  # megabytes; Streamlit refuses larger ones with no more than a red sign, and in English


def own_text() -> data.OwnText | None:
    """Draw both inputs; return the newest text, or None while there is none.

    What was pasted stays in its field whatever happens; accepted files stay for the session, also when the reader
    leaves the page, which empties Streamlit's uploader.
    """
    _follow_link()
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
        _read_uploads()
    uploaded: data.OwnText | None = st.session_state.get(UPLOAD)
    if uploaded is not None:
        return _with_way_back(uploaded)
    return _read_paste(pasted) if pasted else None


def _read_paste(pasted: str) -> data.OwnText:
    """A pasted text is read when it changes, not at each rerun of the page."""
    kept: tuple[str, data.OwnText] | None = st.session_state.get(PASTE_READ)
    if kept is None or kept[0] != pasted:
        kept = st.session_state[PASTE_READ] = (pasted, data.read_paste(pasted))
    return kept[1]


def _follow_link() -> None:
    """A link of the page Tokens names a text that was stored: text=<SHA-256>, title=My play. Followed once."""
    text_id = st.query_params.get("text", "")
    if TEXT_ID.fullmatch(text_id) and text_id != st.session_state.get(LINKED):
        st.session_state[LINKED] = text_id
        st.session_state[UPLOAD] = data.read_stored(text_id, st.query_params.get("title", ""))


def leave_link() -> None:
    """Another text than the one that a link named is looked at from now on."""
    state.remember_view(text=None, title=None)
    st.session_state.pop(LINKED, None)


def _read_uploads() -> None:
    """The files that lie in the uploader now are read once, and again when another column is wished for."""
    megabytes = max(1, runs.settings().max_text_bytes // 1_000_000)
    files = st.file_uploader(
        _("Files with text, at most {megabytes} MB together").format(megabytes=megabytes),
        accept_multiple_files=True,
        max_upload_size=LARGEST_UPLOAD,
        help=_(
            "txt, md, csv, jsonl, docx, pdf, or a zip of texts. Each row of a table and each file of several stays a "
            "document of its own. Everything stays on this machine."
        ),
    )
    if not files:
        refused: data.OwnText | None = st.session_state.get(UPLOAD)
        if st.session_state.pop(READ, None) and refused is not None and refused.read is None:
            del st.session_state[UPLOAD]  # what was refused has been taken away
        return
    columns = _chosen_columns(files)
    wanted = (tuple(file.file_id for file in files), tuple(sorted(columns.items())))
    if st.session_state.get(READ) != wanted:
        own = data.read_uploads([(file.name, file.getvalue()) for file in files], columns)
        st.session_state[UPLOAD], st.session_state[READ] = own, wanted
        known = st.session_state.get(COLUMNS, {})  # still offered where a column has too little text
        st.session_state[COLUMNS] = {
            file.file_id: own.columns.get(file.name) or known.get(file.file_id, ()) for file in files
        }
        leave_link()
    for file in files:
        if offered := st.session_state[COLUMNS][file.file_id]:
            label = _("Which column of {file}?").format(file=plain(safe_title(file.name)))
            st.selectbox(label, offered, key=_key(file))


def _chosen_columns(files: list[Any]) -> dict[str, str]:
    """Which columns the reader wishes for; where that is the first, with most text, nothing needs to be said."""
    known: dict[str, tuple[str, ...]] = st.session_state.get(COLUMNS, {})
    wishes = {file: st.session_state.get(_key(file)) for file in files}
    return {file.name: wish for file, wish in wishes.items() if wish in known.get(file.file_id, ())[1:]}


def _key(file: Any) -> str:
    return f"column of {file.file_id}"


def _with_way_back(uploaded: data.OwnText) -> data.OwnText | None:
    """A file goes before pasted text until the reader sends it away."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(_("From the file **{title}**").format(title=plain(uploaded.title)))
        if st.button(_("Use the pasted text instead"), type="tertiary"):
            del st.session_state[UPLOAD]
            leave_link()
            st.rerun()
    return uploaded


def show_reading(own: data.OwnText) -> None:
    """How the text was read and what was changed, or why it cannot be used."""
    if own.read is None:
        st.warning(plain(translate_sentence(own.refusal)), icon=":material/error:")
        return
    if own.left_out:
        why = [f"- {plain(translate_sentence(sentence))}" for sentence in own.left_out[:NAMED]]
        more = [] if len(own.left_out) <= NAMED else [f"- … {len(own.left_out) - NAMED:,}"]
        heading = _("{count:,} files were left out; the text is that of the others.").format(count=len(own.left_out))
        if len(own.left_out) == 1:
            heading = _("One file was left out; the text is that of the others.")
        st.warning("\n".join([heading, "", *why, *more]), icon=":material/error:")
    notes = (
        []
        if own.read.encoding in ("pasted", data.STORED)
        else [_("Read as {encoding}.").format(encoding=own.read.encoding)]
    )
    if own.read.documents:
        notes.append(_("{count:,} documents.").format(count=len(own.read.documents)))
    notes += [translate_sentence(note) for note in own.read.notes]
    st.caption(" ".join(map(plain, notes)))
