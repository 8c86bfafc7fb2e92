"""The parts of a page, one at a time: names and what draws them in, the one that the reader chose drawn for a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import streamlit as st

from app import state
from app.i18n import _
from app.widgets.frame import show_error
from lm_core.errors import LMError

SECTION = "section"
Sections: TypeAlias = Mapping[str, tuple[str, Callable[[str], None]]]  # in the address: (name, what draws it for a run)


def show_section(sections: Sections, run_id: str) -> str:
    """One control for the parts of a page, its choice in the address; a part is not made before it is asked for.

    Returns the name of the part that is open, also where it could only say why it cannot be drawn.
    """
    state.from_address(SECTION, list(sections), next(iter(sections)))
    chosen = st.segmented_control(
        _("Section"),
        list(sections),
        format_func=lambda name: sections[name][0],
        required=True,
        key=SECTION,
        label_visibility="collapsed",
    )
    state.to_address(SECTION)
    try:
        sections[chosen][1](run_id)
    except LMError as error:
        show_error(error)
    return str(chosen)


def code_of(code: Mapping[str, tuple[str, ...]], section: str) -> tuple[str, ...]:
    """The functions behind a section, after those behind all; behind every section where none is open."""
    return tuple(name for part, names in code.items() if section in ("", part) or not part for name in names)
