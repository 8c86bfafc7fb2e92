"""The path through the app: its pages in their order, each with the question that it answers."""

from __future__ import annotations

from typing import NamedTuple

import streamlit as st

from app.i18n import _


class Station(NamedTuple):
    """A page after Home: the name of its file, of its link, and its question."""

    page: str
    title: str
    question: str

    @property
    def file(self) -> str:
        return f"app_pages/{self.page}.py"


def stations() -> list[Station]:
    """The pages after Home, in the language of the moment."""
    return [
        Station("data", _("Data"), _("What does it learn from?")),
        Station("tokens", _("Tokens"), _("How does text become numbers?")),
        Station("train", _("Train"), _("How does it learn?")),
        Station("loss", _("Loss"), _("What is cross-entropy?")),
        Station("attention", _("Attention"), _("Who looks at whom?")),
        Station("inside", _("Inside"), _("What happens in one pass?")),
        Station("generate", _("Generate"), _("How does it choose the next token?")),
        Station("runs", _("Runs"), _("What have we tried?")),
        Station("experiments", _("Experiments"), _("What does each part do?")),
    ]


def link_to_next(page: str) -> None:
    """Under a page's lesson: the station after it. The last one has none."""
    path = stations()
    after = next((place + 1 for place, station in enumerate(path) if station.page == page), 0)
    if after < len(path):
        name, question = path[after].title, path[after].question
        label = _("Next: {page}. {question}").format(page=name, question=question)
        st.page_link(path[after].file, label=label, icon=":material/arrow_forward:")
