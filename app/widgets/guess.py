"""The section Guess of the page Loss: a run in, a game against its model out, whose score is a cross-entropy."""

from __future__ import annotations

import streamlit as st

from app.components import show_picture
from app.loaders.guess import start_of


@st.fragment
def show(run_id: str) -> None:
    """The picture; the browser keeps the state of the game."""
    show_picture("guess", start_of(run_id), key="guess")
