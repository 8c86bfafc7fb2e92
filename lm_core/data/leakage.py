"""Does the validation part stand in the training part too? Both in, shares of runs, lines and documents seen there out.

A language repeats itself: nearly every run of 5 letters of any English text stands in any other. Long runs do not,
unless somebody copied. So the question is asked for several lengths, and what counts as a leak are long stretches,
letter for letter, and whole documents (as GPT-3's authors asked for runs of 13 words; Brown et al. 2020, appendix C).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from lm_core.corpora.words import words_of

LENGTHS: Final = (5, 10, 20)
STRETCH: Final = 50  # characters in a row
SHORTEST_LINE: Final = 20  # characters; shorter lines recur in every text
NOTICEABLE, LEAK = 0.01, 0.05  # share of the validation part in copied stretches
MOST_COUNTED: Final = 2_000_000  # characters of the training part: sorting more takes seconds
EXAMPLES: Final = 5

Hashes = npt.NDArray[np.uint64]
_MULTIPLIER: Final = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class Leakage:
    """What of the validation part stands in the training part as well; shares are of the validation part.

    A share is None where the part is too short to have any such run.
    """

    characters: dict[int, float | None]  # by length of the run
    words: dict[int, float | None]
    copied: float  # share of characters within a run of `STRETCH` characters that was seen
    lines: int  # validation lines of `SHORTEST_LINE` characters or more
    shared_lines: int
    documents: int
    shared_documents: int
    examples: tuple[str, ...]  # the longest shared lines
    sampled: bool  # only the first `MOST_COUNTED` characters of the training part were looked through

    @property
    def verdict(self) -> str:
        """'none', 'some' or 'leak'."""
        share = max(self.copied, self.shared_documents / self.documents if self.documents else 0.0)
        return "leak" if share > LEAK else "some" if share > NOTICEABLE else "none"


def find_leaks(training: Sequence[str], validation: Sequence[str], *, whole_documents: bool) -> Leakage:
    """Compare the two parts of a split.

    `whole_documents` says that their texts are documents: then one that stands in both counts as shared. Where each
    text is part of a document, no two can be equal but by chance.
    """
    looked_through, sampled = _bounded(training)
    known, asked = _letters(looked_through), _letters(validation)
    stretches = _seen(known, asked, STRETCH)
    lines = [line for text in validation for line in _long_lines(text)]
    known_lines = {line for text in training for line in _long_lines(text)}
    shared = [line for line in lines if line in known_lines]
    known_texts = {text.strip() for text in training} if whole_documents else set()
    return Leakage(
        characters={length: _share(_seen(known, asked, length)) for length in LENGTHS},
        words=_words_seen(looked_through, validation),
        copied=_covered(stretches, STRETCH, sum(map(len, validation))),
        lines=len(lines),
        shared_lines=len(shared),
        documents=len(validation),
        shared_documents=sum(1 for text in validation if text.strip() in known_texts),
        examples=tuple(sorted(dict.fromkeys(shared), key=len, reverse=True)[:EXAMPLES]),
        sampled=sampled,
    )


def _bounded(texts: Sequence[str]) -> tuple[list[str], bool]:
    kept: list[str] = []
    left = MOST_COUNTED
    for text in texts:
        if left <= 0:
            return kept, True
        kept.append(text[:left])
        left -= len(text)
    return kept, left < 0


def _long_lines(text: str) -> list[str]:
    return [bare for line in text.splitlines() if len(bare := line.strip()) >= SHORTEST_LINE]


@dataclass(frozen=True)
class _Sequence:
    """The numbers of all texts in a row, and after each place how many of its own text follow, itself included."""

    numbers: Hashes
    left: npt.NDArray[np.int64]


def _letters(texts: Sequence[str]) -> _Sequence:
    joined = "".join(texts).encode("utf-32-le", errors="surrogatepass")
    return _sequence(np.frombuffer(joined, dtype=np.uint32).astype(np.uint64), list(map(len, texts)))


def _sequence(numbers: Hashes, lengths: Sequence[int]) -> _Sequence:
    sizes = np.asarray(lengths, dtype=np.int64)
    ends = np.repeat(np.cumsum(sizes), sizes)
    return _Sequence(numbers, ends - np.arange(len(numbers)))


def _runs(sequence: _Sequence, length: int) -> tuple[Hashes, npt.NDArray[np.int64]]:
    """A number for each run of `length` that lies within one text, equal for equal runs, and where each begins.

    Doubling: a run of 20 is a run of 16 and one of 4, so that 50 neighbours cost seven additions, not fifty.
    """
    numbers = sequence.numbers
    if len(numbers) < length:
        return np.empty(0, dtype=np.uint64), np.empty(0, dtype=np.int64)
    power, size, built, done = _spread(numbers), 1, np.zeros(len(numbers), dtype=np.uint64), 0
    while True:
        if length & size:  # append this power to what there is
            ahead = _ahead(power, done)
            built = ahead if done == 0 else _spread(built * _MULTIPLIER + ahead)
            done += size
        if done == length:
            break
        power, size = _spread(power * _MULTIPLIER + _ahead(power, size)), 2 * size
    places = np.flatnonzero(sequence.left >= length)
    return built[places], places


def _ahead(numbers: Hashes, steps: int) -> Hashes:
    """[1, 2, 3], 1 -> [2, 3, 0]"""
    return np.concatenate((numbers[steps:], np.zeros(min(steps, len(numbers)), dtype=np.uint64)))


def _spread(numbers: Hashes) -> Hashes:
    """Every bit over all others, so that different runs have different numbers but once in 2^64."""
    numbers = (numbers ^ (numbers >> np.uint64(31))) * np.uint64(0xBF58476D1CE4E5B9) + np.uint64(1)
    return numbers ^ (numbers >> np.uint64(29))


@dataclass(frozen=True)
class _Seen:
    places: npt.NDArray[np.int64]  # where the runs begin
    seen: npt.NDArray[np.bool_]


def _seen(known: _Sequence, asked: _Sequence, length: int) -> _Seen:
    """Of each run of the second sequence, whether the first has it."""
    have, _places = _runs(known, length)
    want, places = _runs(asked, length)
    wanted, back = np.unique(want, return_inverse=True)  # the smaller of the two is sorted
    found = np.zeros(len(wanted), dtype=np.bool_)
    if len(wanted) and len(have):
        at = np.searchsorted(wanted, have).clip(max=len(wanted) - 1)
        found[at[wanted[at] == have]] = True
    return _Seen(places, found[back])


def _share(runs: _Seen) -> float | None:
    return float(runs.seen.mean()) if len(runs.seen) else None


def _covered(runs: _Seen, length: int, characters: int) -> float:
    """The share of characters that lie within a run that was seen."""
    starts = runs.places[runs.seen]
    edges = np.zeros(characters + 1, dtype=np.int64)
    np.add.at(edges, starts, 1)
    np.add.at(edges, starts + length, -1)
    return float((np.cumsum(edges)[:characters] > 0).mean()) if characters else 0.0


def _words_seen(training: Sequence[str], validation: Sequence[str]) -> dict[int, float | None]:
    numbers: dict[str, int] = {}

    def sequence(texts: Sequence[str]) -> _Sequence:
        words = [words_of(text) for text in texts]
        flat = [numbers.setdefault(word, len(numbers)) for text in words for word in text]
        return _sequence(np.asarray(flat, dtype=np.uint64), list(map(len, words)))

    known, asked = sequence(training), sequence(validation)
    return {length: _share(_seen(known, asked, length)) for length in LENGTHS}
