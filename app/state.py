"""The one place that names what a session remembers: run, language, depth, size, and the view of a picture."""

from __future__ import annotations

import streamlit as st

RUN = "run"
LANGUAGE = "lang"
DEPTH = "depth"
LARGE = "large"


def chosen_run() -> str | None:
    """The run that the pages show, by id."""
    return st.session_state.get(RUN)


def choose_run(run_id: str) -> None:
    """Show this run from the next rerun on; call it before the picker is drawn, or before switching pages."""
    st.session_state[RUN] = run_id


def view_number(name: str) -> int | None:
    """A whole number of the view in the address (layer, head, step), or None when it holds none."""
    text = st.query_params.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 10 else None


def remember_view(**numbers: int | None) -> None:
    """Write the view into the address, so that its link opens exactly this picture."""
    for name, value in numbers.items():
        if value is None:
            st.query_params.pop(name, None)
        elif st.query_params.get(name) != str(value):
            st.query_params[name] = str(value)


def is_large() -> bool:
    """Presentation size: readable from the last row."""
    return bool(st.session_state.get(LARGE))
