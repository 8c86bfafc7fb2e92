"""The lattice of a word as plain values: a unigram tokenizer and a word in, pieces, best way and samples out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from app.loaders.film import bounded
from lm_core.config import TokenizerSpec
from lm_core.tokenizers.base import Tokenizer
from lm_core.tokenizers.lattice import (
    Edge,
    best_arrivals,
    best_path,
    lattice_of,
    sample_paths,
    total_log_probability,
    ways_to_cut,
)
from lm_core.tokenizers.registry import train_tokenizer

DRAWS = 200
MOST_ROWS = 10  # different ways that are listed
LEARNED_PIECES = 1000
SHORTER_TEXT = 300_000  # characters; unigram takes a second or two for a million


@st.cache_resource(max_entries=8, show_spinner=False)
def learned_unigram(source: str, _texts: Callable[[], Sequence[str]]) -> Tokenizer:
    """Unigram pieces of a text whose run has others. Raises LMError where the text is gone or too short."""
    texts, left = [], SHORTER_TEXT
    for text in bounded(_texts()):
        texts.append(text[: max(0, left)])
        left -= len(text)
    return train_tokenizer(TokenizerSpec(kind="unigram", vocab_size=LEARNED_PIECES), texts)


def picture_of(tokenizer: Tokenizer, word: str, *, seed: int, smoothing: float) -> dict[str, Any]:
    """Raises TokenizerError where the word is empty or too long, or the tokenizer has no probabilities."""
    lattice = lattice_of(tokenizer, word)
    place_of = {(edge.start, edge.end): number for number, edge in enumerate(lattice.edges)}

    def numbers(edges: Sequence[Edge]) -> list[int]:
        return [place_of[edge.start, edge.end] for edge in edges]

    drawn = Counter(sample_paths(lattice, DRAWS, seed=seed, smoothing=smoothing))
    best = best_path(lattice)
    return {
        "characters": list(lattice.word),
        "edges": [_plain(edge) for edge in lattice.edges],
        "arrivals": [[score, None if edge is None else numbers([edge])[0]] for score, edge in best_arrivals(lattice)],
        "best": {"edges": numbers(best.edges), "logP": best.log_probability, "share": best.share},
        "total": total_log_probability(lattice),
        "ways": str(ways_to_cut(lattice)),
        "draws": DRAWS,
        "different": len(drawn),
        "samples": [
            {"edges": numbers(path.edges), "logP": path.log_probability, "share": path.share, "times": times}
            for path, times in sorted(drawn.items(), key=lambda pair: (-pair[1], -pair[0].share))[:MOST_ROWS]
        ],
        "seed": seed,
        "smoothing": smoothing,
    }


def _plain(edge: Edge) -> list[Any]:
    return [edge.start, edge.end, edge.text, edge.log_probability, edge.known]
