"""The parts of the token page, one at a time: a tokenizer in, the part that is chosen drawn.

None is a fragment: a field tells what was typed as it is left, often by a click on another choice of the page, and of
two such messages at once Streamlit would hear the fragment's only.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from app import state
from app.components import look_again_every, show_picture
from app.i18n import _, current_language
from app.loaders import film as film_loader
from app.loaders import tokenizers, tokens
from app.loaders.tokenizers import Source
from app.sentences import translate_sentence
from app.widgets.film import SEEN as MERGE
from app.widgets.film import film_section
from app.widgets.frame import show_error
from app.widgets.lattice import lattice_section
from app.widgets.side_by_side import pick_others
from app.widgets.tokenizer_picker import offer_no_more_than, train_with
from lm_core.errors import LMError, VocabularyError

TEXT = "text on the token page"  # kept for when the reader comes back
OPENED = "what the field of the token page began with"
SECTION = "section"


def playground(source: Source) -> None:
    """The picture asks the server itself as one types; Python hears what was typed when the fingers rest."""
    text = _opening_text("tokens", source)
    focus = (state.told("tokens", "typed") or {}).get("focus", state.view_number("token"))
    show_picture("tokens", {"source": source.address(), "text": text, "focus": focus}, key="tokens", listens=("typed",))
    state.remember_view(token=focus)


def side_by_side(source: Source) -> None:
    """Two to four tokenizers on one text; each column asks the server itself."""
    columns, text = pick_others(source), _opening_text("sidebyside", source)
    show_picture("sidebyside", {"columns": columns, "text": text}, key="sidebyside", listens=("typed",))


def _opening_text(picture: str, source: Source) -> str:
    """What the field of a picture begins with.

    It stays what it was while one types, so that a long text does not travel back each time; TEXT is the newest.
    """
    typed = state.told(picture, "typed")
    newest = st.session_state.get(TEXT) or tokens.first_text(source)
    mounted = (picture, current_language())  # another language builds the picture anew
    if not typed or st.session_state.get(OPENED, (None, ""))[0] != mounted:
        st.session_state[OPENED] = (mounted, newest)
    return str(st.session_state[OPENED][1])


def _keep_what_was_typed() -> None:
    """Whichever picture told it, and also where another part is drawn from now on."""
    for picture in ("tokens", "sidebyside"):
        typed = state.told(picture, "typed")
        if typed is not None:
            st.session_state[TEXT] = str(typed["text"])


def browser(source: Source) -> None:
    """Every token that there is."""
    show_picture("vocabulary", {"source": source.address()}, key="vocabulary")


def film(source: Source) -> None:
    """How BPE learns its tokens, on this tokenizer's own text."""
    texts = partial(film_loader.texts_of, source)
    film_section(source.key, tokenizers.reader_of(source).tokenizer, texts, _text_named(source))


def lattice(source: Source) -> None:
    """How unigram pieces are weighed, learned from this tokenizer's own text."""
    texts = partial(film_loader.texts_of, source)
    lattice_section(source.key, tokenizers.reader_of(source).tokenizer, texts, _text_named(source))


def _text_named(source: Source) -> str:
    """What the film and the lattice learn from, in words."""
    if tokenizers.made_elsewhere(source):
        return f"“{translate_sentence(tokenizers.text_to_try(source).title)}”"
    return _("this run's text") if source.run else _("this tokenizer's text")


def sections() -> dict[str, tuple[str, Callable[[Source], None]]]:
    """The parts in their order, by what stands in the address: name and how it is drawn."""
    return {
        "playground": (_("Playground"), playground),
        "film": (_("Film"), film),
        "lattice": (_("Lattice"), lattice),
        "side": (_("Side by side"), side_by_side),
        "vocabulary": (_("Vocabulary"), browser),
    }


def show_section(source: Source) -> None:
    """Train the tokenizer if it has to be, then draw the chosen part; the others are not made before they are asked."""
    if source.run and not tokens.is_ready(source.run):
        return wait_for_tokenizer(source.run)
    try:
        if not tokenizers.is_trained(source):
            with st.spinner(_("Training the tokenizer …")):
                tokenizers.reader_of(source)
        tokenizers.reader_of(source)
    except LMError as error:
        if isinstance(error, VocabularyError) and offer_no_more_than(source, error.largest):
            st.rerun()
        show_error(error)
        return None
    _keep_what_was_typed()
    parts = sections()
    if MERGE in st.query_params and SECTION not in st.query_params:
        st.session_state[SECTION] = "film"  # a link to a moment of it
    state.from_address(SECTION, list(parts), next(iter(parts)))
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        chosen = st.segmented_control(
            _("Section"), list(parts), format_func=lambda name: parts[name][0], required=True, key=SECTION,
            persist_state="session", label_visibility="collapsed",
        )  # fmt: skip
        train_with(source)
    state.to_address(SECTION)
    if chosen != "film":
        state.remember_view(**{MERGE: None})
    if chosen != "playground":
        state.remember_view(token=None)
    return parts[chosen][1](source)


@st.fragment
def wait_for_tokenizer(run_id: str) -> None:
    """Look again each second until the run has made its tokenizer, then draw the page."""
    if tokens.is_ready(run_id):
        st.rerun()
    st.info(_("This run is still making its tokenizer. The picture appears as soon as it is there."))
    look_again_every(1, key="waiting for a tokenizer")
