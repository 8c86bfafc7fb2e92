"""A run and the name of a probe in ("lens", "without", …), its picture out; what is chosen goes into the address."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from app import state
from app.components import show_picture

NUMBERS = ("at", "place", "layer", "head", "neuron", "entry")
TEXTS = ("text", "off")


@st.fragment
def show(run_id: str, section: str, prefix: str = "") -> None:
    """One probe into the newest model of a run; `section` names a module of app/components/probing/.

    In the address its choices carry `prefix`, so that two pictures of one page do not write over each other; a sentence
    that only the other picture has is read here too.
    """
    numbers = {name: state.view_number(prefix + name) for name in NUMBERS}
    texts = {name: state.view_text(prefix + name) or state.view_text(name) for name in TEXTS}
    data = {"run": run_id, "section": section, **texts, **numbers}
    view = show_picture("probing", data, key=f"probing {section}", listens=("view",)).view
    if view and view["run"] == run_id:
        state.remember_view(**{prefix + name: view[name] for name in (*TEXTS, *NUMBERS) if name in view})


def section(name: str) -> Callable[[str], None]:
    """What draws this probe for a run: a section of a page."""
    return lambda run_id: show(run_id, name)
