"""A model and a text in, how long its next token takes with the KV cache and without it, measured here."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lm_core.generation.reader import Reader
from lm_core.models.gpt import GPT

TOKENS_EACH = 3  # consecutive tokens of which the quickest counts: one may be held up by another program
SLOW = 1.0  # seconds; once they have taken so long together, no further token is timed
PATIENCE = 0.03  # seconds; a quick token is read anew until so much time went by, and the quickest counts


@dataclass(frozen=True)
class Timing:
    """Seconds for one token after a text of `tokens`: with its past in the cache, and with all of it read anew."""

    tokens: int
    cached: float
    recomputed: float


def time_tokens(model: GPT, ids: Sequence[int], lengths: Sequence[int]) -> Iterator[Timing]:
    """Measure at each of these lengths, ascending, between `TOKENS_EACH` and the model's context."""
    quick, slow = Reader(model), Reader(model, use_cache=False)
    slow.read(ids[:1])  # the first reading of a process prepares what all share
    read = 0
    for length in lengths:
        first = max(read + 1, length - TOKENS_EACH + 1)
        if read < first - 1:
            quick.read(ids[: first - 1])  # everything before the tokens that are timed
        read = length
        ends = range(first, length + 1)
        cached = [_seconds(quick, ids[:end]) for end in ends]
        recomputed: list[float] = []
        for end in reversed(ends):
            if sum(recomputed) < SLOW:
                recomputed.append(_seconds(slow, ids[:end]))
        while sum(recomputed) < PATIENCE:
            recomputed.append(_seconds(slow, ids[:length]))
        yield Timing(length, min(cached), min(recomputed))


def _seconds(reader: Reader, ids: Sequence[int]) -> float:
    started = time.perf_counter()
    reader.read(ids)
    return time.perf_counter() - started


def lengths_up_to(context_length: int, most: int = 24) -> list[int]:
    """At most so many lengths to measure at, evenly up to the whole context: 64, 4 -> [16, 32, 48, 64]."""
    wanted = [round(context_length * part / most) for part in range(1, most + 1)]
    return sorted({length for length in wanted if length >= TOKENS_EACH} | {context_length})


def matrix_weights(model: GPT) -> int:
    """How many weights are multiplied once for each token read: all matrices but the table that is looked up."""
    table = model.embed.weight.numel() if model.head is not None else 0  # tied, the same table scores each token
    rows = sum(weight.numel() for weight in model.parameters() if weight.dim() == 2) - table
    return rows - (model.positions.weight.numel() if model.positions is not None else 0)


def multiplications(model: GPT, tokens: int, *, cached: bool) -> int:
    """What the next token after a text of `tokens` takes: each weight once for every token read, and attention.

    Attention multiplies each query with the keys that it sees, and the shares with the values: twice C numbers a pair.
    """
    pairs = tokens if cached else tokens * (tokens + 1) // 2
    width = model.config.n_heads * model.config.d_head
    return matrix_weights(model) * (1 if cached else tokens) + 2 * model.config.n_layers * width * pairs
