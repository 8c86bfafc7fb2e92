"""How often runs of n neighbours occur: a sequence of numbers in, the most frequent runs with their counts out.

Runs are counted as numbers: those of length n - 1 are numbered, and each with its next neighbour is one number again,
so n may be anything and nothing overflows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True)
class NgramTable:
    """The most frequent runs of one length: how many distinct ones there are, how many occur once, and the top."""

    n: int
    total: int
    distinct: int
    once: int
    starts: tuple[int, ...]  # where in the sequence each of the most frequent occurs first
    counts: tuple[int, ...]


def ngram_tables(sequence: npt.ArrayLike, longest: int, most: int) -> Iterator[NgramTable]:
    """For n = 1 … `longest` the `most` most frequent runs, as far as the sequence is long enough.

    ("abab" as 0101, n = 2) -> "ab" twice, first at place 0; "ba" once.
    """
    numbers = np.asarray(sequence, dtype=np.int64)
    runs = np.zeros(len(numbers), dtype=np.int64)
    width = int(numbers.max()) + 1 if len(numbers) else 1
    for n in range(1, longest + 1):
        if len(numbers) < n:
            return
        _kinds, starts, runs, counts = np.unique(
            runs[: len(numbers) - n + 1] * width + numbers[n - 1 :],
            return_index=True,
            return_inverse=True,
            return_counts=True,
        )
        top = np.lexsort((starts, -counts))[:most]
        yield NgramTable(
            n=n,
            total=len(runs),
            distinct=len(counts),
            once=int((counts == 1).sum()),
            starts=tuple(starts[top].tolist()),
            counts=tuple(counts[top].tolist()),
        )
