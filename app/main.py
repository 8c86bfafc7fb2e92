"""The frame around every page: navigation, language, size, the run in view, and the one place for errors."""

from __future__ import annotations

import streamlit as st

from app import state
from app.i18n import ASSETS, _
from app.loaders import runs
from app.widgets import frame
from app.widgets.path import stations
from lm_core.errors import LMError

st.set_page_config("Tokenarium", page_icon=str(ASSETS / "icon.svg"), layout="wide")
frame.style()
frame.language_and_size()

PAGES = [
    st.Page("app_pages/home.py", title=_("Home"), default=True),
    *(st.Page(station.file, title=station.title) for station in stations()),
]

page = st.navigation(PAGES, position="top")
state.turn_to(page.url_path)
try:
    page.run()
    runs.keep_ready()
except LMError as error:
    frame.show_error(error)
