"""Documents that are much shorter or longer than the others: documents in, those left empty out."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

TIMES = 10  # the median's length: beyond that times more or less, a document is odd


def without_odd_lengths(documents: Sequence[str]) -> list[str]:
    """Empty each document shorter than a tenth of the median length or longer than ten times it; never all of them.

    Page numbers and whole libraries among stories go; of names, whose median is 6 characters, one with 70 would.
    """
    lengths = [len(document) for document in documents if document]
    usual = median(lengths) if lengths else 0
    return [document if usual <= TIMES * len(document) <= TIMES**2 * usual else "" for document in documents]
