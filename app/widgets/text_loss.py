"""The section Text of the page Loss: a run in, what each token of any text cost it, at any step, beside another."""

from __future__ import annotations

import streamlit as st

from app import state
from app.components import show_picture
from app.loaders import runs
from app.loaders.loss import loss_facts


@st.fragment
def show(run_id: str) -> None:
    """The picture; the text, the step, the token and what it is compared with go into the address."""
    numbers = {name: state.view_number(name) for name in ("step", "then", "token")}
    texts = {name: state.view_text(name) for name in ("text", "other", "colour")}
    about = {"run": run_id, "name": runs.config_of(run_id).name, "steps": loss_facts(run_id)["steps"]}
    view = show_picture("surprise", {**about, **numbers, **texts}, key="surprise", listens=("view",)).view
    if view and view["run"] == run_id:
        state.remember_view(**{name: view[name] for name in (*numbers, *texts)})
