"""The Runs page: what have we tried? All runs in a list, any of them compared, one of them changed and run again."""

from __future__ import annotations

import streamlit as st

from app import state
from app.components import show_picture
from app.i18n import _, current_language
from app.loaders import compare, runs, train
from app.widgets.frame import header, lesson
from app.widgets.run_actions import act_on_a_run, show_what_was_done
from lm_core.presets import preset_config

VIEW = ("compare", "x", "y", "line")


def start_first_run() -> None:
    """A small model that learns comedies in about a minute."""
    state.choose_run(runs.train_new(preset_config(train.FIRST_RUN, name=_("My first model"))))


header(
    _("What have we tried?"),
    _("Every run stays here. Lay any of them on each other: what you changed, and what it changed."),
)
rows = compare.rows(current_language())
if rows:
    view = {name: state.view_text(name) for name in VIEW}
    explained = compare.help_of_settings(current_language())
    data = {"rows": rows, "help": explained, "view": view, "add": state.added_to_comparison()}
    told = show_picture("runs", data, key="runs", listens=("view",))
    if told.view:
        state.remember_view(**{name: told.view.get(name) for name in VIEW})
    act_on_a_run(rows)
else:
    st.markdown(_("No model has been trained here yet. The first one takes about a minute, and you can watch it."))
    st.button(_("Train the first model"), type="primary", icon=":material/play_arrow:", on_click=start_first_run)
    show_what_was_done()
lesson("runs", code=("lm_core.training.evaluation.bits_per_byte", "lm_core.training.evaluation.evaluate"))
