"""The section "Where it is wrong" of the page Loss: a run in, its mistakes by place, class and frequency out."""

from __future__ import annotations

import streamlit as st

from app import state
from app.components import show_picture
from app.loaders import runs
from app.loaders.loss import loss_facts


@st.fragment
def show(run_id: str) -> None:
    """The picture; the step and what it is compared with go into the address."""
    view = {"step": state.view_number("step"), "then": state.view_number("then"), "other": state.view_text("other")}
    about = {"run": run_id, "name": runs.config_of(run_id).name, "steps": loss_facts(run_id)["steps"]}
    told = show_picture("wrong", {**about, **view}, key="wrong", listens=("view",)).view
    if told and told["run"] == run_id:
        state.remember_view(**{name: told[name] for name in view})
