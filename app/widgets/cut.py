"""From a text to its tokens without training a model: a corpus or a text of one's own in, the page Tokens out."""

from __future__ import annotations

import streamlit as st

from app.i18n import _
from app.loaders import data
from app.widgets.frame import show_error
from app.widgets.text_views import CLEANING
from lm_core.config import OWN_TEXT
from lm_core.corpora.cleaning import DecodedText
from lm_core.errors import LMError


def cut_button(corpus: str | DecodedText, title: str) -> None:
    """Draw the button; a text of one's own is stored first, so that the address names it."""
    wanted = st.button(
        _("Cut this text into tokens"), icon=":material/content_cut:",
        help=_("Opens the page Tokens with this text: a tokenizer learns from it, and no model is trained."),
    )  # fmt: skip
    if not wanted:
        return
    try:
        address = address_of(corpus, title)
        if steps := st.session_state.get(CLEANING):
            address[CLEANING] = ",".join(steps)
    except LMError as error:
        show_error(error)
    else:
        st.switch_page("app_pages/tokens.py", query_params=address)


def address_of(corpus: str | DecodedText, title: str) -> dict[str, str]:
    """What the page Tokens reads: corpus=names, or corpus=own-text, text=<SHA-256>, title=My play."""
    if isinstance(corpus, str):
        return {"corpus": corpus}
    spec = data.store_own(corpus, title)
    return {"corpus": OWN_TEXT, "text": str(spec.text_id), "title": spec.title}
