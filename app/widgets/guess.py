"""The section Guess of the page Loss: a run in, a game of guessing its next token, scored by cross-entropy, out."""

from __future__ import annotations

import streamlit as st

from app.components import show_picture
from app.widgets.pretrained import needs_its_text


@st.fragment
def show(run_id: str) -> None:
    """The game; its rounds stay in the browser."""
    if not needs_its_text(run_id):
        show_picture("guess", {"run": run_id}, key="guess")
