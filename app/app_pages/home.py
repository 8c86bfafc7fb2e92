"""Home: what is a language model? A finished run draws itself; one button trains the reader's own."""

from __future__ import annotations

import streamlit as st

from app import state
from app.components import show_picture
from app.i18n import _
from app.loaders import home
from app.sentences import translate_sentence
from app.widgets.frame import header, lesson, show_error
from app.widgets.path import stations
from lm_core.errors import LMError

PICTURE = "home-picture"
PAGES = {station.page: station.file for station in stations()}


def train(_wish: bool) -> None:
    """Start a first run and go where it can be watched."""
    try:
        run_id = home.train_first()
    except LMError as error:
        show_error(error)
        return
    state.choose_run(run_id)
    st.switch_page(PAGES["train"])


def follow(link: dict[str, str]) -> None:
    """Go to a station, or to one of the reader's own runs."""
    if link.get("run"):
        state.choose_run(link["run"])
    if link.get("page") in PAGES:
        st.switch_page(PAGES[link["page"]])


# Before anything is drawn: whatever else arrives meanwhile may interrupt the drawing, and a wish must not be lost.
state.carry_out(PICTURE, "train", train)
state.carry_out(PICTURE, "go", follow)
header(
    _("What is a language model?"),
    _("A program that has learned which piece of text is likely to come next. Here is one learning, from noise on."),
)
film = home.film()
if film:
    film = {**film, "title": translate_sentence(film["title"])}
picture = {"film": film, "runs": home.continued(), "stations": [station._asdict() for station in stations()]}
show_picture("home", picture, key=PICTURE, listens=("train", "go"))
lesson("home", code=("lm_core.generation.decode.generate", "lm_core.training.loop.train"))
