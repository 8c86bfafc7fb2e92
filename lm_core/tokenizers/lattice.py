"""All ways to cut a word into unigram pieces: a word and a tokenizer in, the lattice with its probabilities out.

    n ── e ── w ── e ── s ── t        every path from left to right is one way to cut the word; the probability of a
    └─ new ──┘    └─── est ──┘        path is the product of its pieces', and encoding takes the most probable one

Kudo 2018, "Subword Regularization", sections 3.1 to 3.3: the best path by Viterbi's algorithm, the sum over all paths
by the forward algorithm, and fair samples of paths by walking back through those sums.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from lm_core.errors import TokenizerError
from lm_core.tokenizers.base import Tokenizer, without_surrogates
from lm_core.tokenizers.sentencepiece import SentencePieceTokenizer
from lm_core.tokenizers.sentencepiece_training import SPACE

LONGEST_WORD: Final = 24  # characters drawn; a word of n letters may have n(n + 1) / 2 pieces
UNKNOWN_PENALTY: Final = 10.0  # nats below the least probable piece: SentencePiece's price of an unknown sign


@dataclass(frozen=True)
class Edge:
    """One piece that fits: the characters from `start` to `end`, and ln of its probability."""

    start: int
    end: int
    text: str
    log_probability: float
    known: bool = True  # false for a character without a piece, which bytes will spell

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Path:
    """One way to cut the word, ln of its probability, and its share of all ways together."""

    edges: tuple[Edge, ...]
    log_probability: float
    share: float


@dataclass(frozen=True)
class Lattice:
    """Every piece that fits somewhere in a word."""

    word: str
    edges: tuple[Edge, ...]  # by start, then end

    def ending_at(self, place: int) -> list[Edge]:
        return [edge for edge in self.edges if edge.end == place]


def lattice_of(tokenizer: Tokenizer, word: str) -> Lattice:
    """The lattice of a word of at most LONGEST_WORD characters.

    Raises:
        TokenizerError: the tokenizer is no unigram model, or the word is longer, or empty.
    """
    if not isinstance(tokenizer, SentencePieceTokenizer) or tokenizer.kind != "unigram":
        raise TokenizerError(f"Only unigram pieces have probabilities; this tokenizer is of the kind {tokenizer.kind}.")
    word = without_surrogates(word)
    if not 0 < len(word) <= LONGEST_WORD:
        raise TokenizerError(f"A lattice is drawn of 1 to {LONGEST_WORD} characters, and these are {len(word)}.")
    scores = tokenizer.log_probabilities()
    unknown = min(scores.values()) - UNKNOWN_PENALTY
    edges = []
    for start in range(len(word)):
        for end in range(start + 1, len(word) + 1):
            piece = word[start:end]
            # the library's own sign for a space is never a piece of the text
            score = scores.get(piece.replace(" ", SPACE)) if SPACE not in piece else None
            if score is not None:
                edges.append(Edge(start, end, piece, score))
            elif end == start + 1:
                edges.append(Edge(start, end, piece, unknown, known=False))
    return Lattice(word, tuple(edges))


def best_arrivals(lattice: Lattice) -> list[tuple[float, Edge | None]]:
    """Viterbi's table: for each place ln P of the best way to get there, and that way's last piece.

    A way to a place is a way to an earlier one and one piece more, so only the best way to each place need be kept.
    """
    best: list[tuple[float, Edge | None]] = [(0.0, None)]
    for place in range(1, len(lattice.word) + 1):
        ways = [(best[edge.start][0] + edge.log_probability, edge) for edge in lattice.ending_at(place)]
        best.append(max(ways, key=lambda way: way[0]))
    return best


def best_path(lattice: Lattice) -> Path:
    """The most probable way to cut the word: what `encode` gives. The first of equally probable ones."""
    best, edges = best_arrivals(lattice), list[Edge]()
    place = len(lattice.word)
    while (last := best[place][1]) is not None:
        edges.insert(0, last)
        place = last.start
    return path_of(lattice, edges)


def total_log_probability(lattice: Lattice) -> float:
    """ln of the probability of all ways together."""
    return forward_sums(lattice)[-1]


def forward_sums(lattice: Lattice) -> list[float]:
    """For each place the ln of the summed probabilities of all ways to get there: [0.0, …, total]."""
    sums = [0.0]
    for place in range(1, len(lattice.word) + 1):
        sums.append(_log_sum([sums[edge.start] + edge.log_probability for edge in lattice.ending_at(place)]))
    return sums


def path_of(lattice: Lattice, edges: Sequence[Edge]) -> Path:
    """These pieces as a path, with its share."""
    log_probability = sum(edge.log_probability for edge in edges)
    return Path(tuple(edges), log_probability, math.exp(log_probability - total_log_probability(lattice)))


def sample_paths(lattice: Lattice, count: int, *, seed: int, smoothing: float = 1.0) -> list[Path]:
    """`count` ways to cut the word, each drawn with its probability to the power `smoothing`: below 1 more variety.

    Forward filtering, backward sampling: from the end, each piece is drawn by the share of the paths that end with it.
    """
    weighed = (replace(edge, log_probability=smoothing * edge.log_probability) for edge in lattice.edges)
    flat = Lattice(lattice.word, tuple(weighed))
    sums, chance = forward_sums(flat), random.Random(seed)
    original = {(edge.start, edge.end): edge for edge in lattice.edges}
    paths = []
    for _ in range(count):
        edges: list[Edge] = []
        place = len(lattice.word)
        while place:
            ways = flat.ending_at(place)
            shares = [math.exp(sums[edge.start] + edge.log_probability - sums[place]) for edge in ways]
            drawn = chance.choices(ways, weights=shares)[0]
            edges.insert(0, original[drawn.start, drawn.end])
            place = drawn.start
        paths.append(path_of(lattice, edges))
    return paths


def ways_to_cut(lattice: Lattice) -> int:
    """How many paths there are."""
    ways = [1]
    for place in range(1, len(lattice.word) + 1):
        ways.append(sum(ways[edge.start] for edge in lattice.ending_at(place)))
    return ways[-1]


def _log_sum(values: Sequence[float]) -> float:
    """ln of a sum of exponentials, without leaving the range of numbers."""
    largest = max(values)
    return largest + math.log(sum(math.exp(value - largest) for value in values))
