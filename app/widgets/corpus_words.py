"""Names and descriptions of the built-in corpora in the reader's language: what lm_core says in, translated out."""

from __future__ import annotations

from app.sentences import translate_sentence
from lm_core.corpora.corpus import CorpusInfo


def corpus_title(info: CorpusInfo) -> str:
    """What people call the corpus."""
    return translate_sentence(info.title)


def corpus_description(info: CorpusInfo) -> str:
    """One or two sentences on what it holds."""
    return translate_sentence(info.description)
