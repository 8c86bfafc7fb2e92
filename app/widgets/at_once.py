"""The sections of Generate that ask a route: two at once, beam search, the cache; a run in, its picture out."""

from __future__ import annotations

from typing import Any

import streamlit as st

from app import state
from app.components import show_picture
from app.loaders import generate, models
from app.widgets.only_counts import only_counts
from app.widgets.run_picker import label
from app.widgets.write import wait
from lm_core.errors import RunError

WHOLE = ("count", "top_k", "seed", "step", "other_step", "choice", "side", "width")
DECIMAL = ("temperature", "top_p", "length_penalty", "alpha")
TEXTS = ("text", "other", "colouring", "ends")
ALIASES = {"step": "at"}  # the name that another section of the page has for the same


def show_pair(run_id: str) -> None:
    """Two models write from the same prompt with the same draws."""
    if generate.standing(run_id).checkpoint_step is None:
        wait(run_id)
        return
    choices = [
        {"id": each.run_id, "label": label(each), "scratch": _scratch(each.run_id)} for each in models.with_model()
    ]
    _show("together", run_id, {"runs": choices})


def show_beam(run_id: str) -> None:
    """Beam search as a tree, with the greedy and a drawn text beside it."""
    if generate.standing(run_id).checkpoint_step is None:
        wait(run_id)
        return
    _show("beam", run_id, {})


def show_cache(run_id: str) -> None:
    """The KV cache as it fills, and what it saves."""
    if generate.standing(run_id).checkpoint_step is None:
        wait(run_id)
        return
    if not only_counts(run_id):
        _show("cache", run_id, {})


@st.fragment
def _show(picture: str, run_id: str, data: dict[str, Any]) -> None:
    """A picture whose choices stand in the address."""
    whole = {name: state.view_number(_address(name)) for name in WHOLE}
    decimal = {name: state.view_decimal(_address(name)) for name in DECIMAL}
    texts = {name: state.view_text(_address(name)) for name in TEXTS}
    sent = {"run": run_id, **data, **whole, **decimal, **texts}
    view = show_picture(picture, sent, key=f"generate {picture}", listens=("view",)).view
    if view and view["run"] == run_id:
        state.remember_view(
            **{
                _address(name): view[name] or None if name in TEXTS else view[name]
                for name in (*WHOLE, *DECIMAL, *TEXTS)
                if name in view
            }
        )


def _address(name: str) -> str:
    return ALIASES.get(name, name)


def _scratch(run_id: str) -> bool:
    try:
        return models.begins_anew(run_id)
    except RunError:  # damaged: its own page says so
        return False
