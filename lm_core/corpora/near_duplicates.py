"""Texts that say nearly the same: documents in, the same documents without the later copies out.

Two texts are alike when they share most of their shingles, the runs of 8 characters in them (Broder 1997):

    Jaccard(A, B) = |A ∩ B| / |A ∪ B|     of the sets of their shingles; 0.8 or more is a copy here

Comparing every pair would take the square of their number. So each text gets 48 minima of 48 hash functions
(MinHash): two texts agree in one of them with the probability of their Jaccard. Three at a time they name a bucket, 16
buckets a text, and a text is compared with the first text of each of its buckets only: a pair at 0.8 shares one with
probability 1 - (1 - 0.8³)¹⁶ = 0.99999, one at 0.5 with 0.88, and then the true Jaccard decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

SHINGLE = 8  # characters
ALIKE = 0.8  # Jaccard
MANY_DOCUMENTS = 200  # from here on documents are compared, below their paragraphs
SHORTEST_PARAGRAPH = 60  # characters; a shorter one may recur, as lines of a dialogue do
SHORTEST_SKETCHED = 64  # characters; of shorter documents only letter-for-letter copies count
HASHES, ROWS = 48, 3
BATCH = 262_144  # characters hashed at once, to bound the memory

Hashes = npt.NDArray[np.uint64]

_NOT_COMPARED: Final = re.compile(r"[\W_]+")
_MULTIPLIER: Final = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio: spreads neighbouring numbers apart


def without_near_duplicates(documents: Sequence[str]) -> list[str]:
    """Take out each text that is a copy, or nearly one, of an earlier one; time grows with the length, not its square.

    Of `MANY_DOCUMENTS` or more, whole documents are compared, and a copy becomes ""; of fewer, their paragraphs.
    """
    memory = _Memory()
    if len(documents) >= MANY_DOCUMENTS:
        seen = memory.seen_before(documents)
        return ["" if known else document for document, known in zip(documents, seen, strict=True)]
    parts = [paragraphs(document) for document in documents]
    flat = [part for document in parts for part in document]
    long = [part if len(part.strip()) >= SHORTEST_PARAGRAPH else "" for part in flat]
    known = iter(memory.seen_before(long))
    return ["".join(part for part in document if not next(known)) for document in parts]


def paragraphs(document: str) -> list[str]:
    """'a\\nb\\n\\nc' -> ['a\\nb\\n\\n', 'c']: blocks of lines, each with the empty lines after it."""
    found: list[list[str]] = []
    ended = True
    for line in document.splitlines(keepends=True):
        blank = not line.strip()
        if ended and not blank:
            found.append([])
        if not found:
            found.append([])
        found[-1].append(line)
        ended = blank
    return ["".join(lines) for lines in found]


@dataclass
class _Memory:
    """The texts kept so far: their words, and the first text of each bucket."""

    words: set[str] = field(default_factory=set)
    buckets: dict[tuple[int, bytes], Hashes] = field(default_factory=dict)

    def seen_before(self, texts: Sequence[str]) -> list[bool]:
        """For each text, whether an earlier one that was new says nearly the same. Blank texts never do."""
        compared = [_compared(text) for text in texts]
        known = []
        for words, shingles, minima in _sketched(compared):
            known.append(bool(words) and (words in self.words or self._is_like_another(shingles, minima)))
            if not known[-1]:
                self._remember(words, shingles, minima)
        return known

    def _is_like_another(self, shingles: Hashes, minima: Hashes) -> bool:
        """Each bucket names one text at most: never more than 16 comparisons."""
        others = {id(other): other for key in _buckets(minima) if (other := self.buckets.get(key)) is not None}
        return any(jaccard(shingles, other) >= ALIKE for other in others.values())

    def _remember(self, words: str, shingles: Hashes, minima: Hashes) -> None:
        self.words.add(words)
        for key in _buckets(minima):
            self.buckets.setdefault(key, shingles)


def _compared(text: str) -> str:
    """What a text says: of a long one its words; of a short one, where each sign may matter, all but blanks around."""
    words = _NOT_COMPARED.sub(" ", text.lower()).strip() if len(text) >= SHORTEST_SKETCHED else ""
    return words if len(words) >= SHORTEST_SKETCHED else text.strip()


def jaccard(one: Hashes, other: Hashes) -> float:
    """Of two sorted sets: [1, 2, 3], [2, 3, 4] -> 0.5."""
    shorter, longer = sorted((len(one), len(other)))
    if shorter < ALIKE * longer:  # they cannot be alike enough
        return shorter / longer if longer else 0.0
    both = len(np.intersect1d(one, other, assume_unique=True))
    return both / (len(one) + len(other) - both)


def _buckets(minima: Hashes) -> Iterator[tuple[int, bytes]]:
    for start in range(0, len(minima), ROWS):
        yield start, minima[start : start + ROWS].tobytes()


def _sketched(texts: Sequence[str]) -> Iterator[tuple[str, Hashes, Hashes]]:
    """Each text with the sorted set of its shingles and their minima; those too short have neither."""
    nothing = np.empty(0, dtype=np.uint64)
    for text in texts:
        if len(text) < SHORTEST_SKETCHED:
            yield text, nothing, nothing
        else:
            shingles = np.unique(_shingles(text))
            yield text, shingles, _minima(shingles)


def _shingles(text: str) -> Hashes:
    """A number for each run of 8 characters, equal for equal runs; (N - 7,)."""
    codes = np.frombuffer(text.encode("utf-32-le", errors="surrogatepass"), dtype=np.uint32).astype(np.uint64)
    hashes = np.zeros(len(codes) - SHINGLE + 1, dtype=np.uint64)
    for place in range(SHINGLE):
        hashes = hashes * _MULTIPLIER + codes[place : place + len(hashes)] + np.uint64(1)
    return _mixed(hashes)


def _mixed(numbers: Hashes) -> Hashes:
    """Spread every bit over all others (Steele, Lea & Flood 2014, SplitMix64's last step)."""
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return numbers ^ (numbers >> np.uint64(31))


_ODD: Final = _mixed(np.arange(1, HASHES + 1, dtype=np.uint64)) | np.uint64(1)  # one multiplier per hash function


def _minima(shingles: Hashes) -> Hashes:
    """(N,) -> (48,): the least value of each hash function over the shingles."""
    least = np.full(HASHES, np.iinfo(np.uint64).max, dtype=np.uint64)
    rows = max(1, BATCH // HASHES)
    for start in range(0, len(shingles), rows):
        products = shingles[start : start + rows, None] * _ODD
        least = np.minimum(least, (products ^ (products >> np.uint64(32))).min(axis=0))
    return least
