"""Something true to read while the first model of a server's life waits for torch."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from app.i18n import _


@contextmanager
def meanwhile(sample: tuple[int, str] | None) -> Iterator[None]:
    """Inside, a spinner and, where there is one, the step and the text of a kept sample; afterwards nothing is left."""
    place = st.empty()
    if sample:
        with place.container():
            st.caption(_("Waking the model. At step {step} of its training it wrote:").format(step=sample[0]))
            st.text(sample[1])
    with st.spinner(_("The model is writing …")):
        yield
    place.empty()
