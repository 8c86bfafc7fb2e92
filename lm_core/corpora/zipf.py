"""Zipf's law: counts of words in, points of the rank-frequency line and its fitted slope out.

Sorted by frequency, the word of rank r occurs about f(1) / r^s times, with s near 1 in every language (Zipf 1949). On
two logarithmic axes that is a straight line of slope -s.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

POINTS = 120  # drawn, and fitted: each decade of ranks counts the same, not each word
FEWEST = 5  # occurrences: the steps of words that occur once or twice are no line


@dataclass(frozen=True)
class ZipfFit:
    """A straight line through log10 frequency over log10 rank, fitted by least squares over ranks 1 … `last_rank`."""

    slope: float
    intercept: float
    last_rank: int


def rank_points(counts: Sequence[int]) -> list[tuple[int, int]]:
    """[5, 9, 1] -> [(1, 9), (2, 5), (3, 1)]: rank and count, at about `POINTS` ranks that are even on a log axis."""
    ordered = np.sort(np.asarray(counts, dtype=np.int64))[::-1]
    ranks = even_ranks(len(ordered))
    return [(int(rank), int(ordered[rank - 1])) for rank in ranks]


def even_ranks(last: int) -> list[int]:
    """Ranks from 1 to `last`, each once, evenly apart on a logarithmic axis as far as whole numbers can be."""
    if last < 1:
        return []
    return sorted({round(rank) for rank in np.geomspace(1, last, POINTS)})


def fit_zipf(counts: Sequence[int]) -> ZipfFit | None:
    """The line through the ranks whose words occur `FEWEST` times or more; None for fewer than five such ranks."""
    ordered = np.sort(np.asarray(counts, dtype=np.int64))[::-1]
    last = int((ordered >= FEWEST).sum())
    ranks = np.asarray(even_ranks(last))
    if len(ranks) < 5:
        return None
    x, y = np.log10(ranks), np.log10(ordered[ranks - 1])
    centred = x - x.mean()
    slope = float((centred * (y - y.mean())).sum() / (centred**2).sum())
    return ZipfFit(slope, float(y.mean() - slope * x.mean()), last)
