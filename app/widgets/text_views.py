"""A text under four views, one at a time: itself, its cleaning, its statistics, its split; the numbers of it come out.

Which view, and which cleaning steps in which order, lives in the address; the steps hold for the training too.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

from app import state
from app.components import show_picture
from app.i18n import _
from app.loaders import text_views
from app.loaders.text_views import Steps, Text
from app.sentences import translate_sentence
from app.widgets.plain import plain
from lm_core.corpora.clean import CLEANING_STEPS
from lm_core.errors import CorpusError

VIEW = "look"
CLEANING = "cleaning"  # in the address, and in the session
PICTURE = "cleaning-picture"
HANDLED = "the choice of cleaning steps that was followed last"


def chosen_steps() -> Steps:
    """The cleaning steps that are on, in their order; call it once a run of the page, before the picture is drawn."""
    told = state.told(PICTURE, "steps")
    is_new = told and told["at"] != st.session_state.get(HANDLED)
    steps = state.names_from_address(CLEANING, list(CLEANING_STEPS), told["steps"] if is_new else None)
    if is_new:
        st.session_state[HANDLED] = told["at"]
    return steps  # type: ignore[return-value]


def show_text(text: Text, about: dict[str, str]) -> dict[str, Any] | None:
    """Draw the chosen view of a text, cleaned; return its numbers, or None where there is nothing to learn from."""
    steps = chosen_steps()
    view = _choose_view(len(steps))
    try:
        with st.spinner(_("Cleaning the text …"), show_time=True):
            cleaned, picture = text_views.cleaned(text, steps), text_views.picture(text, steps)
    except CorpusError as error:
        st.warning(plain(translate_sentence(str(error))), icon=":material/error:")
        return None
    if cleaned.problem:
        st.warning(plain(translate_sentence(cleaned.problem)), icon=":material/error:")
    if view == "cleaning":
        _show_cleaning(text, steps)
    elif view == "statistics" and picture:
        with st.spinner(_("Counting …"), show_time=True):
            show_picture("statistics", text_views.statistics_view(text, steps) or {}, key="statistics-picture")
    elif view == "split" and picture:
        with st.spinner(_("Comparing the two parts …"), show_time=True):
            split = text_views.split_view(text, steps) or {}
        show_picture("split", {**split, "problem": translate_sentence(split["problem"])}, key="split-picture")
    elif picture:
        split = {**picture["split"], "problem": translate_sentence(picture["split"]["problem"])}
        show_picture("corpus", {**picture, **about, "split": split}, key="corpus-picture")
    return picture


def _choose_view(n_steps: int) -> str:
    views = {
        "text": _("The text"),
        "cleaning": _("Cleaning: {count} on").format(count=n_steps) if n_steps else _("Cleaning"),
        "statistics": _("Statistics"),
        "split": _("Split and leaks"),
    }
    state.from_address(VIEW, list(views), "text")
    chosen = st.segmented_control(
        _("Look at"), list(views), format_func=views.get, required=True, key=VIEW, persist_state="session",
        label_visibility="collapsed",
    )  # fmt: skip
    state.to_address(VIEW)
    return chosen


def _show_cleaning(text: Text, steps: Steps) -> None:
    known = {
        name: {"title": translate_sentence(step.title), "why": translate_sentence(step.why)}
        for name, step in CLEANING_STEPS.items()
    }
    show_picture("cleaning", {**text_views.cleaning_view(text, steps), "steps": known}, key=PICTURE, listens=("steps",))
