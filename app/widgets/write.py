"""The section Write of the page Generate: one writing of a run, every choice of it open to the hand."""

from __future__ import annotations

import streamlit as st

from app import state
from app.components import look_again_every, show_picture
from app.loaders import generate
from app.widgets.meanwhile import meanwhile

PICTURE = "generate-picture"


def show(run_id: str) -> None:
    """The picture of a run that has a checkpoint, else what will come and when."""
    standing = generate.standing(run_id)
    if standing.checkpoint_step is None:
        wait(run_id)
        return
    asked = state.told(PICTURE, "write")
    plan = generate.plan(run_id, standing, state.writing(), asked, generate.asked_by_link())
    with meanwhile(generate.sample_while_waking(run_id)):
        data = generate.page_data(plan)
    state.remember_writing(plan)
    data["models"] = generate.kept_models(plan, standing, data["writing"]["step"])
    data["view"] = {"choice": state.view_number("choice")}
    said = show_picture("generate", data, key=PICTURE, listens=("write", "view"))
    if said.view:
        state.remember_view(**generate.as_link(said.view))
    st.caption(generate.provenance(standing, data["writing"]["step"], plan.at))


@st.fragment
def wait(run_id: str) -> None:
    """A run without weights: what it is doing, and the whole page anew once it has some."""
    standing = generate.standing(run_id)
    if standing.checkpoint_step is not None:
        st.rerun()
    sentence = generate.waiting_sentence(standing)
    if standing.is_live:
        st.info(sentence, icon=":material/hourglass_empty:")
        st.progress(min(1.0, standing.step / standing.first_checkpoint))
        look_again_every(2, key="waiting for a model")
    else:
        st.error(sentence, icon=":material/error:")
