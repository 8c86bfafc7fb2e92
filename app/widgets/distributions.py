"""The section Two distributions of the page Loss: a run in, cross-entropy by hand and at its own choices out."""

from __future__ import annotations

import streamlit as st

from app import state
from app.components import show_picture

KEY = "entropy"
NUMBERS = ("place", "unit")
TEXTS = ("p", "q")
LONGEST = 200  # of shares, with commas


@st.fragment
def show(run_id: str) -> None:
    """Two distributions to drag; what they are goes into the address."""
    numbers = {name: state.view_number(name) for name in NUMBERS}
    texts = {name: state.view_text(name, LONGEST) for name in TEXTS}
    view = show_picture(KEY, {"run": run_id, **numbers, **texts}, key=KEY, listens=("view",)).view
    if view and view["run"] == run_id:
        state.remember_view(**{name: view[name] for name in (*NUMBERS, *TEXTS)})
