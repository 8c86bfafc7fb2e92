"""Byte-pair encoding replayed merge by merge: characters and ranked pieces in, every merge out in its order.

Of all neighbours whose join is a piece, the pair with the lowest rank is joined, the leftmost first, until no pair
is left (Sennrich, Haddow and Birch 2016, "Neural Machine Translation of Rare Words with Subword Units", section 3.2).

    ranks {"lo": 0, "low": 1}     l o w e r  ->  lo w e r  ->  low e r
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Merge:
    """The piece that begins at `position` (counted in characters) takes in its right neighbour and becomes `piece`."""

    position: int
    piece: str


def merges(characters: Sequence[str], ranks: Mapping[str, float]) -> Iterator[Merge]:
    """All merges, in order. Time grows as n log n: a heap holds the pairs that could be joined."""
    pieces = list(characters)  # pieces[i] is the piece that begins at i, "" once its left neighbour has taken it
    after = list(range(1, len(pieces) + 1))  # where the right neighbour of i begins
    before = list(range(-1, len(pieces) - 1))
    waiting: list[tuple[float, int, str]] = []  # (rank, position, piece that the join would make)

    def consider(left: int) -> None:
        if left >= 0 and after[left] < len(pieces):
            join = pieces[left] + pieces[after[left]]
            if join in ranks:
                heapq.heappush(waiting, (ranks[join], left, join))

    for left in range(len(pieces)):
        consider(left)
    while waiting:
        _, left, join = heapq.heappop(waiting)
        right = after[left]
        if not pieces[left] or right == len(pieces) or pieces[left] + pieces[right] != join:
            continue  # one of the two has been joined with another piece meanwhile
        pieces[left], pieces[right] = join, ""
        after[left] = after[right]
        if after[right] < len(pieces):
            before[after[right]] = left
        yield Merge(left, join)
        consider(before[left])
        consider(left)


def apply_merges(pieces: list[str], done: Sequence[Merge]) -> None:
    """Carry out merges on `pieces` in place; a piece that was taken in leaves "" behind.

    ["l", "o", "w"], [Merge(0, "lo")] -> ["lo", "", "w"]
    """
    for merge in done:
        end = merge.position + len(merge.piece)
        pieces[merge.position : end] = [merge.piece, *[""] * (end - merge.position - 1)]
