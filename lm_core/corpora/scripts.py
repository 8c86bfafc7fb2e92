"""Which scripts a text is written in: any text in, characters by script or kind out, the most frequent first.

Letters are told apart by the first word of their Unicode name ("LATIN SMALL LETTER A"), which is their script for all
but a few; marks, digits, punctuation, symbols and blanks belong to no one script and are kinds of their own.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from functools import lru_cache
from typing import Final

import numpy as np

_KINDS: Final = {"M": "marks", "N": "digits", "P": "punctuation", "S": "symbols", "Z": "blanks", "C": "blanks"}
_FAMILIES: Final = {"CJK": "han", "FULLWIDTH": "latin", "HALFWIDTH": "katakana", "MODIFIER": "marks"}


def script_shares(text: str) -> dict[str, int]:
    """'Aé 中1!' -> {'latin': 2, 'blanks': 1, 'han': 1, 'digits': 1, 'punctuation': 1}"""
    codes, counts = character_counts(text)
    shares: Counter[str] = Counter()
    for code, count in zip(codes.tolist(), counts.tolist(), strict=True):
        shares[script_of(chr(code))] += count
    return dict(shares.most_common())


def character_counts(text: str) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], ...]:
    """The distinct code points of a text, ascending, and how often each occurs."""
    points = np.frombuffer(text.encode("utf-32-le", errors="surrogatepass"), dtype=np.uint32).astype(np.int64)
    counts = np.bincount(points)
    codes = np.flatnonzero(counts)
    return codes, counts[codes]


@lru_cache(maxsize=65_536)
def script_of(character: str) -> str:
    """'ж' -> 'cyrillic', '7' -> 'digits', '😀' -> 'symbols'."""
    category = unicodedata.category(character)
    if category[0] != "L":
        return _KINDS[category[0]]
    family = unicodedata.name(character, "OTHER").split()[0].split("-")[0]
    return _FAMILIES.get(family, family.lower())
