"""A training text and a text that a model wrote in; which stretches of it stand in the training text, and where, out.

    training text   "to be or not to be"
    written         "not to see"          "not to " stands there at 9, then "s" nowhere, "e" at 4 and at 17

Short stretches stand in every text; how long they usually are shows in a text that the model has never seen
(`usual_stretch`). To ask for tokens instead of characters, spell both texts with one character a token (`spelled`).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lm_core.corpora.suffixes import suffix_array

FIRST_LOOK = 64  # characters; longer stretches are looked at again, twice as far
SHOWN_PLACES = 20  # of a stretch that stands in many


@dataclass(frozen=True)
class Stretch:
    """Characters `start` to `end` of a text stand in the training text too, and no longer stretch around them does.

    count   how often
    places  where the first of them begin there, ascending, at most `SHOWN_PLACES`
    """

    start: int
    end: int
    count: int
    places: tuple[int, ...]

    def __len__(self) -> int:
        return self.end - self.start


class TrainingText:
    """A text made ready to be searched: a second and 160 MB for each four million characters, then 4 bytes for each."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._order = suffix_array(text)

    def stretches(self, written: str) -> list[Stretch]:
        """The longest stretches of `written` that stand here, left to right; none lies inside another, many overlap."""
        stretches: list[Stretch] = []
        for start in range(len(written)):
            end = start + self._longest_from(written, start)
            if end > max(start, stretches[-1].end if stretches else 0):
                stretches.append(self._stretch(written, start, end))
        return stretches

    def _longest_from(self, written: str, start: int) -> int:
        """How many characters from `start` on stand here in a row: of all endings the two between which they would be
        put have most in common with them. No more is compared at once than a long stretch has.
        """
        look = FIRST_LOOK
        while True:
            ahead = written[start : start + look]
            place = bisect_left(self._order, ahead, key=lambda begin: self.text[begin : begin + len(ahead)])
            neighbours = self._order[max(0, place - 1) : place + 1]
            length = max((_in_common(self.text[begin : begin + look], ahead) for begin in neighbours), default=0)
            if length < look:
                return length
            look *= 2

    def _stretch(self, written: str, start: int, end: int) -> Stretch:
        stretch = written[start:end]
        first, last = (
            side(self._order, stretch, key=lambda begin: self.text[begin : begin + len(stretch)])
            for side in (bisect_left, bisect_right)
        )
        places = np.sort(self._order[first:last])[:SHOWN_PLACES]
        return Stretch(start, end, last - first, tuple(places.tolist()))


def longest_at(stretches: Sequence[Stretch], length: int) -> npt.NDArray[np.intp]:
    """(length,) the number of the longest stretch that each character stands in, the first of equals; -1 for none."""
    longest = np.full(length, -1)
    for number in sorted(range(len(stretches)), key=lambda each: (len(stretches[each]), -each)):
        longest[stretches[number].start : stretches[number].end] = number
    return longest


def usual_stretch(training: TrainingText, unseen: str, share: float = 0.95) -> int:
    """How long the stretch is that a character stands in, for this share of a text that no model has learned from.

    A written stretch that is longer is more than what any text of this kind has in common with the training text.
    """
    stretches = training.stretches(unseen)
    lengths = np.sort([len(stretches[number]) if number >= 0 else 0 for number in longest_at(stretches, len(unseen))])
    return int(lengths[min(len(lengths) - 1, int(share * len(lengths)))]) if len(lengths) else 0


def spelled(ids: Iterable[int]) -> str:
    """Token ids as a text of one character each, for a search by tokens. No vocabulary has more tokens than Unicode."""
    return "".join(map(chr, ids))


def _in_common(one: str, other: str) -> int:
    """How many characters two texts begin with together: ("abc", "abd") -> 2."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if one[:middle] == other[:middle] else (low, middle - 1)
    return low
