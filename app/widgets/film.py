"""The film of BPE learning on a page: a tokenizer and its texts in, a text field and the film drawn."""

from __future__ import annotations

import streamlit as st

from app import state
from app.components import show_picture
from app.i18n import _
from app.loaders import film
from app.widgets.frame import show_error
from lm_core.errors import LMError
from lm_core.tokenizers.base import Tokenizer
from lm_core.tokenizers.bpe import BytePairTokenizer

FROM_TEXTS, FROM_OWN = "texts", "own"
FIRST_TEXT = "low lower lowest\nnew newer newest\nShall I compare thee to a summer's day? 你好"
SEEN = "merge"


@st.fragment
def film_section(source: str, tokenizer: Tokenizer, texts: film.Texts, text_named: str) -> None:
    """How BPE learns its tokens, merge by merge.

    `source` is a name that stands for this tokenizer and these texts; `texts` is called once for each, and
    `text_named` says what they are. Where the tokenizer has no merges of its own, the film shows what BPE would learn.
    """
    st.markdown(_("BPE begins with bytes and joins, again and again, the two tokens that stand together most often."))
    known = isinstance(tokenizer, BytePairTokenizer)
    names = {FROM_TEXTS: text_named, FROM_OWN: _("only the text below")}
    start = st.radio(
        _("What does it learn from?"), list(names), format_func=names.get, horizontal=True, key="film source",
        persist_state="session",
    )  # fmt: skip
    text = st.text_area(
        _("Text to watch"),
        FIRST_TEXT,
        max_chars=film.MOST_LOOKED_AT,
        key="film text",
        persist_state="session",
        height=112,
    )
    try:
        shown = film.film_of(source, tokenizer, texts) if start == FROM_TEXTS else film.film_of_text(text, tokenizer)
    except LMError as error:
        show_error(error)
        return
    moment = {"source": f"{source} {start}", "replay": known and start == FROM_TEXTS, "merge": state.view_number(SEEN)}
    view = show_picture("film", {**film.picture_of(shown, text), **moment}, key="film", listens=("view",))
    if seen := view.get("view"):
        state.remember_view(merge=int(seen["merge"]) or None)
