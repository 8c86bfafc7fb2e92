"""The Train page: one run's curves, samples and surprise as they come, and the wishes that steer it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import streamlit as st

from app import state
from app.components import show_picture
from app.i18n import _
from app.loaders import again, runs, train
from app.widgets.frame import header, lesson, show_error
from app.widgets.only_counts import how_it_learns
from app.widgets.pretrained import trained_elsewhere
from app.widgets.run_picker import pick_run
from lm_core.errors import LMError
from lm_core.presets import preset_config

CODE = (
    "lm_core.training.loop.train",
    "lm_core.training.schedule.learning_rate",
    "lm_core.training.objective.next_token_loss",
    "lm_core.training.muon.orthogonalised",
    "lm_core.training.doctor.diagnose",
)


def show_run(run_id: str) -> None:
    """The picture asks the server for its rows itself; Python hears only what is locked or wished."""
    view = {name: state.view_number(name) for name in ("step", "token")}
    depth = state.from_address(state.DEPTH, ["story", "maths", "code"], "story")
    data = {"run": run_id, "about": train.about(run_id), "depth": depth, "view": view}
    told = show_picture("train", data, key="train", listens=("view", "state", "control", "own", *again.WAYS))
    if told.view:
        mine = told.view if told.view["run"] == run_id else {}  # else it has not heard that another run is shown
        state.remember_view(step=mine.get("step"), token=mine.get("token"))


def control(wish: dict[str, Any]) -> None:
    """The wish names the run that it was made about: another one may be on the page by now."""
    try:
        runs.control(wish["run"], wish["wish"], wish.get("value"))
    except LMError as error:
        show_error(error)


def start(next_run: state.NextRun, begin: Callable[[dict[str, Any]], str], wish: dict[str, Any]) -> None:
    """Another run, made from this one, and a look at it at once; or why there is none."""
    try:
        next_run.show(begin(wish))
    except LMError as error:
        show_error(error)


def start_first_run() -> None:
    """A small model that learns comedies in about a minute."""
    state.choose_run(runs.train_new(preset_config(train.FIRST_RUN, name=_("My first model"))))


# Before anything is drawn: another message of the picture may interrupt the drawing, and a wish must not be lost.
next_run = state.next_run()
state.carry_out("train", "control", control)
for name, begin in again.WAYS.items():
    state.carry_out("train", name, partial(start, next_run, begin))
state.carry_out("train", "own", lambda _wish: st.switch_page("app_pages/data.py"))
top = st.container()
run_id = pick_run()
with top:
    header(_("How does it learn?"), how_it_learns(run_id))
if run_id is None:
    st.markdown(_("No model has been trained here yet. The first one takes about a minute, and you can watch it."))
    st.button(_("Train the first model"), type="primary", icon=":material/play_arrow:", on_click=start_first_run)
elif not trained_elsewhere(run_id):
    show_run(run_id)
lesson("train", code=CODE)
