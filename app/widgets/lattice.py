"""The lattice of unigram pieces on a page: a tokenizer in, a field for a word, its lattice and samples drawn."""

from __future__ import annotations

import streamlit as st

from app.components import show_picture
from app.i18n import _
from app.loaders import film, lattice
from app.widgets.frame import show_error
from lm_core.errors import LMError
from lm_core.tokenizers.base import Tokenizer
from lm_core.tokenizers.lattice import LONGEST_WORD

FIRST_WORD = " unreasonable"
SEED = "draws of the lattice"
ASKED = "unigram pieces were asked for"


@st.fragment
def lattice_section(source: str, tokenizer: Tokenizer, texts: film.Texts, text_named: str) -> None:
    """All ways to cut one word into unigram pieces, the best of them, and a fair draw.

    `source` is a name that stands for this tokenizer and these texts; `text_named` says what they are. Where the
    tokenizer is of another kind, pieces are learned from the texts when the reader asks for them.
    """
    st.markdown(
        _("Unigram knows how probable each piece is. It weighs all ways to cut a word and takes the most probable one.")
    )
    if tokenizer.kind != "unigram" and st.session_state.get(ASKED) != source:
        learn = _("Learn unigram pieces from {text}").format(text=text_named)
        st.button(learn, on_click=_ask, args=(source,), key="learn unigram pieces")
        st.caption(_("This tokenizer's pieces have no probabilities. Learning some that have takes a second or two."))
        return
    try:
        _draw(tokenizer if tokenizer.kind == "unigram" else lattice.learned_unigram(source, texts))
    except LMError as error:
        show_error(error)


def _ask(source: str) -> None:
    st.session_state[ASKED] = source


def _draw(tokenizer: Tokenizer) -> None:
    left, middle, right = st.columns([2, 2, 1], vertical_alignment="bottom")
    word = left.text_input(
        _("Word, with the space before it"),
        FIRST_WORD,
        max_chars=LONGEST_WORD,
        key="lattice word",
        persist_state="session",
    )
    smoothing = middle.slider(
        _("Sharpness of the draw"), 0.0, 2.0, 1.0, 0.1, key="lattice sharpness",
        help=_("1 draws each way by its probability; below 1 more variety, 0 all alike; above 1 the likely ones more."),
    )  # fmt: skip
    if right.button(_("Draw again"), width="stretch"):
        st.session_state[SEED] = st.session_state.get(SEED, 1) + 1
    picture = lattice.picture_of(tokenizer, word, seed=st.session_state.get(SEED, 1), smoothing=smoothing)
    show_picture("lattice", picture, key="lattice")
