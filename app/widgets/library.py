"""The choice of a text: the library's list in, the name of the chosen corpus out. No text is loaded for it."""

from __future__ import annotations

from typing import Any

import streamlit as st

from app import state
from app.components import show_picture
from app.i18n import _
from app.sentences import translate_sentence
from lm_core.config import OWN_TEXT
from lm_core.corpora.corpus import CorpusInfo

CORPUS = "corpus"
PICTURE = "library"
HANDLED = "the choice in the library that was followed last"


def choose_corpus(infos: dict[str, CorpusInfo]) -> str:
    """Draw the library; what is chosen lives in the address."""
    available = [name for name, info in infos.items() if info.unavailable is None]
    options = [*available, OWN_TEXT]
    chosen = state.from_address(CORPUS, options, options[0])
    told = state.told(PICTURE, "choose")
    if told and told["at"] != st.session_state.get(HANDLED) and told["name"] in options:
        st.session_state[HANDLED] = told["at"]
        chosen = st.session_state[CORPUS] = told["name"]
    state.to_address(CORPUS)
    own = {
        "name": OWN_TEXT,
        "title": _("A text of your own"),
        "description": _("Paste it, or drop files: txt, md, csv, jsonl, docx, pdf, or a zip of texts."),
    }
    shown = {"texts": [listed(info) for info in infos.values()], "chosen": chosen, "own": own}
    show_picture(PICTURE, shown, key=PICTURE, listens=("choose",))
    return chosen


def listed(info: CorpusInfo) -> dict[str, Any]:
    """What the list shows of a corpus, in the reader's language."""
    words = ("title", "description", "language", "reason", "discover", "licence", "source")
    numbers = ("name", "kind", "level", "characters", "documents", "distinct", "bits", "sample", "recommended")
    unavailable = None if info.unavailable is None else translate_sentence(info.unavailable)
    translated = {word: translate_sentence(getattr(info, word)) if getattr(info, word) else "" for word in words}
    return {name: getattr(info, name) for name in numbers} | translated | {"unavailable": unavailable}
