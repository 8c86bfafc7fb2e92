"""A run whose model only counts: what pages about weights, layers and heads say of it."""

from __future__ import annotations

import streamlit as st

from app.i18n import _
from app.loaders import models
from lm_core.errors import RunError


def how_it_learns(run_id: str | None) -> str:
    """One sentence: by turning its weights, or by counting."""
    try:
        counting = run_id is not None and models.is_counting(run_id)
    except RunError:  # damaged: the page itself says so
        counting = False
    if counting:
        return _("It guesses the next token, sees the true one, and counts it: what came often is expected next time.")
    return _("It guesses the next token, sees the true one, and turns every weight a little towards a better guess.")


def only_counts(run_id: str) -> bool:
    """Where a model only counts, say so, and where its tables are."""
    if not models.is_counting(run_id):
        return False
    st.info(
        _("This model only counts which token follows which: it has no attention and no layers to look into."),
        icon=":material/tag:",
    )
    with st.container(horizontal=True):
        st.page_link("app_pages/loss.py", label=_("What surprises it"), icon=":material/arrow_forward:")
        st.page_link("app_pages/generate.py", label=_("Let it write"), icon=":material/arrow_forward:")
    return True
