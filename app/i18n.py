"""Turns English sentences into those of the chosen language: `_("Train")` on a page, `component_words()` in JavaScript.

English sentences are the keys; `assets/locale/<language>/LC_MESSAGES/tokenarium.po` holds the others, read as it is.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import streamlit as st
from babel.messages.pofile import read_po

from app.state import LANGUAGE, from_address

ASSETS = Path(__file__).parents[1] / "assets"
LANGUAGES = {"en": "English", "zh": "简体中文"}


def current_language() -> str:
    """The language of this session: from a link, as chosen, else the browser's."""
    browser = "zh" if (st.context.locale or "").startswith("zh") else "en"
    return from_address(LANGUAGE, list(LANGUAGES), browser)


@cache
def catalogue(language: str) -> dict[str, str]:
    """All translated messages of a language; empty for English."""
    path = ASSETS / "locale" / language / "LC_MESSAGES" / "tokenarium.po"
    if not path.exists():
        return {}
    with path.open("rb") as file:
        messages = read_po(file, locale=language)
    return {message.id: message.string for message in messages if message.id and message.string and not message.fuzzy}


@cache
def component_words(language: str) -> dict[str, str]:
    """The messages that occur in the components' JavaScript; empty for English."""
    path = ASSETS / "locale" / language / "LC_MESSAGES" / "tokenarium.po"
    if not path.exists():
        return {}
    with path.open("rb") as file:
        messages = read_po(file, locale=language)
    return {
        message.id: message.string
        for message in messages
        if message.id and message.string and any(place.endswith(".js") for place, _line in message.locations)
    }


def translate(message: str) -> str:
    """The message in the session's language, or as it is when nobody has translated it."""
    return catalogue(current_language()).get(message, message)


_ = translate


def lesson_text(page: str, language: str) -> str:
    """A page's lesson in Markdown, in English where the language has none."""
    path = ASSETS / "lessons" / language / f"{page}.md"
    return (path if path.exists() else ASSETS / "lessons" / "en" / f"{page}.md").read_text(encoding="utf-8")
