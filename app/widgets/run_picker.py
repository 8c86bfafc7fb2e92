"""Choosing the run that a page shows: own runs first, then the finished ones that come with the app."""

from __future__ import annotations

import streamlit as st

from app import state
from app.i18n import _
from app.loaders import runs


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
    """'Comedies · running, step 340 of 1200'"""
    name = choice.name or choice.run_id
    if choice.state == "gallery":
        return f"{name} · {_('comes with Tokenarium')}"
    states = {
        "queued": _("waiting"), "starting": _("starting"), "running": _("running"), "paused": _("paused"),
        "parked": _("parked"), "done": _("finished"), "failed": _("failed"), "stopped": _("stopped"),
    }  # fmt: skip
    progress = _("step {step} of {steps}").format(step=choice.step, steps=choice.steps)
    return f"{name} · {states.get(choice.state, choice.state)}, {progress}"
