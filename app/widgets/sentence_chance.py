"""The section A sentence of the page Loss: a run in, the probability of one's own sentence, token by token, out."""

from __future__ import annotations

import streamlit as st

from app import state
from app.components import show_picture

KEY = "sequence"
TEXTS = ("text", "other")


@st.fragment
def show(run_id: str) -> None:
    """Two sentences under one of the run's models; they go into the address, as does the model's step."""
    texts = {name: state.view_text(name) for name in TEXTS}
    view = show_picture(KEY, {"run": run_id, "at": state.view_number("at"), **texts}, key=KEY, listens=("view",)).view
    if view and view["run"] == run_id:
        state.remember_view(**{name: view[name] for name in (*TEXTS, "at")})
