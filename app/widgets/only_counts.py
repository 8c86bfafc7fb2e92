"""A run whose model only counts: what a page with layers and heads says of it."""

from __future__ import annotations

import streamlit as st

from app.i18n import _
from app.loaders import models


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
