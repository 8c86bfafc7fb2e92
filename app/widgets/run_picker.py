"""Choosing the run that a page shows: own runs first, then the finished ones that come with the app."""

from __future__ import annotations

import streamlit as st

from app import state
from app.i18n import _
from app.loaders import runs
from app.sentences import translate_sentence


def pick_run() -> str | None:
    """Draw the picker and return the chosen run's id, or None when there is no run at all.

    The choice lives in the address and stays when the page changes. An address that names an unknown run falls back
    to the newest one.
    """
    choices = {choice.run_id: choice for choice in runs.list_choices()}
    if not choices:
        return None
    state.from_address(state.RUN, list(choices), default=next(iter(choices)))
    run_id = st.selectbox(
        _("Run"),
        list(choices),
        format_func=lambda run_id: label(choices[run_id]),
        key=state.RUN,
        persist_state="session",
        label_visibility="collapsed",
        width=560,
    )
    state.to_address(state.RUN)
    return run_id


def label(choice: runs.RunChoice) -> str:
    """'Comedies · in training · k3f9ab2c'. No step: the label is drawn once, while the run moves on."""
    states = {
        "gallery": _("comes with Tokenarium"),
        "done": _("finished"),
        "failed": _("failed"),
        "stopped": _("stopped"),
    }
    name = translate_sentence(choice.name) if choice.state == "gallery" else choice.name or choice.run_id
    words = [name, states.get(choice.state, _("in training"))]
    return " · ".join(words if choice.state == "gallery" else [*words, choice.run_id])
