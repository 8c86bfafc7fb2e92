"""The section Write of the page Generate: one writing of a run, every choice of it open to the hand."""

from __future__ import annotations

import streamlit as st

from app import state
from app.components import look_again_every, show_picture
from app.loaders import generate, models
from app.widgets.run_picker import label

PICTURE = "generate-picture"


def show(run_id: str) -> None:
    """The picture of a run that has a checkpoint, else what will come and when."""
    standing = generate.standing(run_id)
    if standing.checkpoint_step is None:
        wait(run_id)
    else:
        draw(run_id)


@st.fragment
def draw(run_id: str) -> None:
    """The picture; what is in view goes into the address and into what the session remembers."""
    data = generate.page_data(run_id, generate.standing(run_id), state.writing(), generate.asked_by_link())
    data["runs"] = [{"id": each.run_id, "label": label(each)} for each in models.with_model()]
    view = show_picture("generate", data, key=PICTURE, listens=("view",)).view
    if view and view["run"] == run_id:
        state.remember_writing(view)
        state.remember_view(**generate.as_link(view))


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
