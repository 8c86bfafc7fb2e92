"""The frame around every page: navigation, language, size, the run in view, and the one place for errors."""

from __future__ import annotations

import streamlit as st

from app.i18n import _
from app.widgets import frame
from lm_core.errors import LMError

st.set_page_config("Tokenarium", page_icon=":material/waves:", layout="wide")
frame.style()
frame.language_and_size()

PAGES = [
    st.Page("pages/home.py", title=_("Home"), default=True),
    st.Page("pages/data.py", title=_("Data")),
    st.Page("pages/tokens.py", title=_("Tokens")),
    st.Page("pages/train.py", title=_("Train")),
    st.Page("pages/loss.py", title=_("Loss")),
    st.Page("pages/attention.py", title=_("Attention")),
    st.Page("pages/generate.py", title=_("Generate")),
]

page = st.navigation(PAGES, position="top")
try:
    page.run()
except LMError as error:
    frame.show_error(error)
