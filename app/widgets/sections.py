"""The parts of a page, one at a time: names and what draws them in, the one that the reader chose drawn for a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import streamlit as st

from app import state
from app.i18n import _

SECTION = "section"
Sections: TypeAlias = Mapping[str, tuple[str, Callable[[str], None]]]  # in the address: (name, what draws it for a run)


def show_section(sections: Sections, run_id: str) -> None:
    """One control for the parts of a page, its choice in the address; a part is not made before it is asked for."""
    if len(sections) == 1:
        return next(iter(sections.values()))[1](run_id)
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
    return sections[chosen][1](run_id)
