"""The section Counting of the page Loss: a run in, its text's n-grams as tables, equations, losses and samples out."""

from __future__ import annotations

import streamlit as st

from app import state
from app.components import show_picture
from app.loaders.counting import SMOOTHINGS, start_of
from app.widgets.pretrained import needs_its_text


@st.fragment
def show(run_id: str) -> None:
    """The picture; what one looks up, and how, goes into the address."""
    if needs_its_text(run_id):
        return
    data = start_of(run_id)
    if state.view_text("smoothing") in SMOOTHINGS:
        data["smoothing"] = state.view_text("smoothing")
    data["order"] = min(max(state.view_number("order") or data["order"], 1), 5)
    data["added"] = state.view_decimal("added") or data["added"]
    data["text"] = state.view_text("context", 400) or data["text"]
    view = show_picture("counting", data, key="counting", listens=("view",)).view
    if view and view["run"] == run_id:
        state.remember_view(**{name: view[name] for name in ("context", "order", "smoothing", "added")})
