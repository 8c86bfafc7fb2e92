"""Byte-pair encoding replayed merge by merge: pieces and what may be joined in, every merge out in its order.

Of all neighbours that may be joined, the pair with the lowest rank is joined, the leftmost first, until no pair is left
(Sennrich, Haddow and Birch 2016, "Neural Machine Translation of Rare Words with Subword Units", section 3.2).

    lo: rank 0, low: rank 1     l o w e r  ->  lo w e r  ->  low e r

A piece is whatever a tokenizer calls its pieces: SentencePiece's are strings, ours are token ids.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final, Generic, TypeVar

from lm_core.tokenizers.base import EncodingStep, byte_text

MOST_MERGE_STEPS: Final = 24  # columns that a page can show

Piece = TypeVar("Piece", str, int)

Join = Callable[[Piece, Piece], "tuple[float, Piece] | None"]  # the rank of a join and what it makes, if anything


@dataclass(frozen=True)
class Merge(Generic[Piece]):
    """The piece that begins at `position` takes in its right neighbour, which ends before `end`, and becomes `piece`.

    Places are counted in the pieces that there were at first.
    """

    position: int
    end: int
    piece: Piece
    rank: float = 0.0


def merges(first: Sequence[Piece], join: Join[Piece]) -> Iterator[Merge[Piece]]:
    """All merges, in order. Time grows as n log n: a heap holds the pairs that could be joined."""
    pieces: list[Piece | None] = list(first)  # the piece that begins here, None once its left neighbour has taken it
    after = list(range(1, len(pieces) + 1))  # where the right neighbour of i begins
    before = list(range(-1, len(pieces) - 1))
    waiting: list[tuple[float, int, int, Piece]] = []  # (rank, position, end, piece that the join would make)

    def consider(left: int) -> None:
        if left < 0 or after[left] == len(pieces):
            return
        a, b = pieces[left], pieces[after[left]]
        if a is not None and b is not None and (found := join(a, b)):
            heapq.heappush(waiting, (found[0], left, after[after[left]], found[1]))

    for left in range(len(pieces)):
        consider(left)
    while waiting:
        rank, left, end, piece = heapq.heappop(waiting)
        right = after[left]
        if pieces[left] is None or right == len(pieces) or after[right] != end:
            continue  # one of the two has been joined with another piece meanwhile
        pieces[left], pieces[right] = piece, None
        after[left] = end
        if end < len(pieces):
            before[end] = left
        yield Merge(left, end, piece, rank)
        consider(before[left])
        consider(left)


def bpe_merges(
    words: Sequence[str],
    ranks: Mapping[tuple[str, str], int],
    *,
    whole: Callable[[str], object] = lambda word: False,
    behind: str = "",
) -> tuple[list[str], list[Merge[str]]]:
    """The first pieces of all words, and every merge that a list of pairs makes of them, the earliest learned first.

    ["low"], {("l", "o"): 0, ("lo", "w"): 1} -> ["l", "o", "w"], [Merge(0, 2, "lo", 0), Merge(0, 3, "low", 1)]
    Words that are `whole` stay in one piece; `behind` is a mark that some models put to the last piece of each: "</w>".
    """
    first: list[str] = []
    done: list[Merge[str]] = []
    for word in words:
        pieces = [word] if whole(word) else [*word[:-1], *(last + behind for last in word[-1:])]
        for merge in merges(pieces, lambda a, b: (ranks[a, b], a + b) if (a, b) in ranks else None):
            done.append(Merge(len(first) + merge.position, len(first) + merge.end, merge.piece, merge.rank))
        first += pieces
    return first, sorted(done, key=lambda merge: (merge.rank, merge.position))


def bytes_spelled(pieces: Iterable[str], known: Container[str]) -> list[str]:
    """The pieces, those that are not known spelled in their bytes: "é" -> "<0xC3>", "<0xA9>"."""
    return [
        part
        for piece in pieces
        for part in ([piece] if piece in known else [byte_text(byte) for byte in piece.encode("utf-8")])
    ]


def apply_merges(pieces: list[str], done: Sequence[Merge[str]]) -> None:
    """Carry out merges on `pieces` in place; a piece that was taken in leaves "" behind.

    ["l", "o", "w"], [Merge(0, 2, "lo")] -> ["lo", "", "w"]
    """
    for merge in done:
        pieces[merge.position : merge.end] = [merge.piece, *[""] * (merge.end - merge.position - 1)]


def merge_steps(first: Sequence[str], done: Iterable[Merge[str]]) -> Iterator[EncodingStep]:
    """One column per piece put together; of very many, an even choice that ends with the last."""
    pieces = list(first)
    rounds = [list(same) for _, same in groupby(done, key=lambda merge: (merge.rank, merge.piece))]
    shown = {len(rounds) * (i + 1) // MOST_MERGE_STEPS for i in range(MOST_MERGE_STEPS)}
    for number, merged in enumerate(rounds, start=1):
        apply_merges(pieces, merged)
        if len(rounds) <= MOST_MERGE_STEPS:
            yield EncodingStep(f'merge "{merged[0].piece}"', tuple(filter(None, pieces)))
        elif number in shown:
            yield EncodingStep(f"after {number} of {len(rounds)} merges", tuple(filter(None, pieces)))
