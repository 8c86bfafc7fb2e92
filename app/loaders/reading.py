"""A sentence that somebody typed in; what can be read of it, as text and as ids, and notes on what was left out, out.

A note is a plain value, {"kind": "long" | "control" | "cut" | "uncovered", …}; the picture finds the words for it.
"""

from __future__ import annotations

import unicodedata
from typing import Any

from lm_core.tokenizers.base import Tokenizer

Notes = list[dict[str, Any]]

LONGEST_TEXT = 2_000  # characters of an own sentence that are read
NAMED = 12  # unknown characters; of more, how many


def readable_text(text: str) -> tuple[str, Notes]:
    """A sentence as it came, and the same without what no one can see or no text can hold, with notes on that.

    >>> readable_text("a\\x00b")
    ('ab', [{'kind': 'control', 'count': 1}])
    """
    notes: Notes = []
    if len(text) > LONGEST_TEXT:
        text = text[:LONGEST_TEXT]
        notes.append({"kind": "long", "kept": LONGEST_TEXT})
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))
    if len(kept) < len(text):
        notes.append({"kind": "control", "count": len(text) - len(kept)})
    return kept, notes


def ids_that_fit(tokenizer: Tokenizer, readable: str, most: int) -> tuple[tuple[int, ...], Notes]:
    """The first `most` ids of a text, and notes on what was cut off and on what the tokenizer has no number for."""
    ids = tokenizer.encode(readable)
    notes: Notes = [{"kind": "cut", "kept": most, "of": len(ids)}] if len(ids) > most else []
    ids = ids[:most]
    # Unknown characters are one token each; unknown words are named wherever they stand.
    unknown = tokenizer.uncovered(readable if tokenizer.kind == "word" else readable[: len(ids)])
    if unknown:
        notes.append({"kind": "uncovered", "characters": unknown[:NAMED], "more": max(0, len(unknown) - NAMED)})
    return tuple(ids), notes
