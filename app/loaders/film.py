"""The film of BPE learning as plain values: a tokenizer or none, texts and a text to look at in, JSON values out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from app.loaders import runs, tokenizers
from app.loaders.tokenizers import Source
from lm_core.corpora.library import load_corpus
from lm_core.data.splitting import split_documents
from lm_core.tokenizers.base import Tokenizer
from lm_core.tokenizers.bpe import BytePairTokenizer
from lm_core.tokenizers.film import Film, film_of_learning, film_of_merges, watch

MOST_MERGES = 1000  # in a film
MOST_CHARACTERS = 1_000_000  # that it learns from
MOST_LOOKED_AT = 1_000  # characters of one's own text

Texts = Callable[[], Sequence[str]]


def texts_of(source: Source) -> list[str]:
    """What a run learns from, or a new tokenizer; in place of a text that never was here one of the library.

    Raises:
        LMError: the text is no longer here.
    """
    if not source.run or tokenizers.made_elsewhere(source):
        return [tokenizers.text_to_try(source).text]
    config = runs.config_of(source.run)
    corpus = load_corpus(config.corpus, texts_folder=runs.settings().texts_folder, seed=config.seed)
    return split_documents(corpus, config.train.validation_fraction, config.seed)[0]


@st.cache_resource(max_entries=16, show_spinner=False)
def film_of(source: str, _tokenizer: Tokenizer, _texts: Texts) -> Film:
    """The merges of a tokenizer, or of one learned now where it has none, with their counts in the texts.

    `source` names tokenizer and texts together: what has been filmed under that name is not filmed again.
    """
    texts = list(bounded(_texts()))
    if isinstance(_tokenizer, BytePairTokenizer):
        return film_of_merges(_tokenizer, texts, merges_wanted=MOST_MERGES)
    return film_of_learning(texts, merges_wanted=MOST_MERGES)


def film_of_text(text: str, tokenizer: Tokenizer) -> Film:
    """What BPE learns from one's own text alone, cut as the tokenizer cuts it where that is BPE too."""
    split = tokenizer.split if isinstance(tokenizer, BytePairTokenizer) else "words"
    return film_of_learning([text[:MOST_LOOKED_AT]], merges_wanted=MOST_MERGES, split=split)


def bounded(texts: Sequence[str]) -> list[str]:
    """The first MOST_CHARACTERS of the texts."""
    kept, left = [], MOST_CHARACTERS
    for text in texts:
        if left <= 0:
            break
        kept.append(text[:left])
        left -= len(text)
    return kept


def picture_of(film: Film, text: str) -> dict[str, Any]:
    """Everything that the browser needs to play the film without asking again."""
    watched = watch(film, text[:MOST_LOOKED_AT])
    return {
        "tokens": list(film.texts),
        "scenes": [
            [*scene.pair, scene.count, scene.tokens_left, [[*pair, count] for pair, count in scene.rivals]]
            for scene in film.scenes
        ],
        "atFirst": film.tokens_at_first,
        "bytes": list(watched.data),
        "borders": list(watched.borders),
        "starts": list(watched.word_starts),
        "cut": watched.is_cut or len(text) > MOST_LOOKED_AT,
    }
