"""The section Walk of the page Inside: a run in, one forward pass of a sentence as a walk out."""

from __future__ import annotations

import streamlit as st

from app import state
from app.components import show_picture

KEY = "inside"
LONGEST = 100  # of a stop's or a number's name


@st.fragment
def show(run_id: str) -> None:
    """The walk of a run; where one stands goes into the address, and an address opens what it names."""
    data = {
        "run": run_id,
        "text": state.view_text("text"),
        **{name: state.view_number(name) for name in ("block", "head", "token", "at")},
        **{name: state.view_text(name, LONGEST) for name in ("stop", "number")},
    }
    view = show_picture(KEY, data, key=KEY, listens=("view",)).view
    if view and view["run"] == run_id:
        names = ("text", "stop", "block", "head", "token", "at", "number")
        state.remember_view(**{name: None if view[name] == "" else view[name] for name in names})
