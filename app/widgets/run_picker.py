"""Choosing the run that a page shows: own runs first, then the finished ones that come with the app, then others'."""

from __future__ import annotations

import streamlit as st

from app import state
from app.i18n import _
from app.loaders import runs
from app.sentences import translate_sentence
from lm_core.errors import RunError


def pick_run() -> str | None:
    """Draw the picker and return the chosen run's id, or None when there is no run at all.

    The choice lives in the address and stays when the page changes. An address that names an unknown run falls back
    to one's newest, or to the one that comes with the app.
    """
    choices = {choice.run_id: choice for choice in runs.list_choices()}
    if not choices:
        return None
    wanted = state.run_to_show()
    state.from_address(state.RUN, list(choices), default=next(iter(choices)))
    if wanted in choices:
        st.session_state[state.RUN] = wanted
    state.tell_label(state.RUN, label(choices[st.session_state[state.RUN]]))
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
    say_if_it_reads_the_answer(run_id)
    return run_id


def say_if_it_reads_the_answer(run_id: str) -> None:
    """Without a causal mask nothing that a page says about a loss means what it usually means."""
    try:
        causal = runs.config_of(run_id).model.causal
    except RunError:  # damaged: the page itself says so
        return
    if not causal:
        st.warning(
            _(
                "This run was trained without a causal mask: it reads the next token instead of guessing it. "
                "Its loss looks good and says nothing of how well it writes."
            ),
            icon=":material/visibility:",
        )


def label(choice: runs.RunChoice) -> str:
    """'Comedies · in training · k3f9ab2c'. No step: it is drawn again where the state changes, not with each step."""
    states = {
        "gallery": _("comes with Tokenarium"),
        "done": _("finished"),
        "failed": _("failed"),
        "stopped": _("stopped"),
    }
    name = translate_sentence(choice.name) if choice.state == "gallery" else choice.name or choice.run_id
    words = [name, states.get(choice.state, _("in training")) if choice.steps else _("pretrained")]
    return " · ".join(words if choice.state == "gallery" else [*words, choice.run_id])
