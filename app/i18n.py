"""Turns English sentences into those of the chosen language: `_("Train")` on a page, `component_words()` in JavaScript.

English sentences are the keys; `assets/locale/<language>/LC_MESSAGES/tokenarium.po` holds the others, read as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import streamlit as st
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from app.state import LANGUAGE, from_address

ASSETS = Path(__file__).parents[1] / "assets"
LANGUAGES = {"en": "English", "zh": "简体中文"}


def current_language() -> str:
    """The language of this session: from a link, as chosen, else the browser's."""
    browser = "zh" if (st.context.locale or "").startswith("zh") else "en"
    return from_address(LANGUAGE, list(LANGUAGES), browser)


@cache
def _messages(language: str) -> list[Message]:
    """What has been translated into a language; nothing for English."""
    path = ASSETS / "locale" / language / "LC_MESSAGES" / "tokenarium.po"
    if not path.exists():
        return []
    with path.open("rb") as file:
        messages = read_po(file, locale=language)
    return [message for message in messages if message.id and message.string and not message.fuzzy]


@cache
def catalogue(language: str) -> dict[str, str]:
    """All translated messages of a language; empty for English."""
    return {message.id: message.string for message in _messages(language)}


@cache
def component_words(language: str) -> dict[str, str]:
    """The messages that occur in the components' JavaScript; empty for English."""
    return _found_in(language, lambda place: place.endswith(".js"))


@cache
def engine_messages(language: str) -> dict[str, str]:
    """The messages that lm_core makes, and all with {0}, {1} … for values; `app.sentences` finds them in a text."""
    numbered = {message: words for message, words in catalogue(language).items() if "{0}" in message}
    return numbered | _found_in(language, lambda place: not place.startswith("app/"))


def _found_in(language: str, fits: Callable[[str], bool]) -> dict[str, str]:
    return {
        message.id: message.string
        for message in _messages(language)
        if any(fits(place) for place, _line in message.locations)
    }


def translate(message: str) -> str:
    """The message in the session's language, or as it is when nobody has translated it."""
    return catalogue(current_language()).get(message, message)


_ = translate


def lesson_text(page: str, language: str) -> str:
    """A page's lesson in Markdown, in English where the language has none."""
    path = ASSETS / "lessons" / language / f"{page}.md"
    return (path if path.exists() else ASSETS / "lessons" / "en" / f"{page}.md").read_text(encoding="utf-8")
