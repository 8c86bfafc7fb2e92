"""Cuts token ids into training and validation batches: ids and a step number in, inputs and targets out.

ids       0 1 2 3 4 5 6 7 8 9 …      context_length 3, offset 1
inputs      [1 2 3][4 5 6][7 8 9]    one epoch: every window once, in shuffled order
targets     [2 3 4][5 6 7][8 9 …]    the next token at every place
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

from lm_core.data.dataset import TokenIds

TOKENS_PER_VALIDATION_BATCH: Final = 2048


@dataclass(frozen=True)
class Batch:
    """Windows of tokens, and for every token the one that follows it."""

    inputs: torch.Tensor  # (B, T) int64
    targets: torch.Tensor  # (B, T) int64


class Batches:
    """An endless row of training batches. `at(step)` depends on nothing but the arguments here and the step."""

    def __init__(self, tokens: TokenIds, *, context_length: int, batch_size: int, seed: int) -> None:
        """`tokens` (N,) must hold at least `context_length` + 1 ids: see `check_fits`."""
        assert len(tokens) > context_length, "check_fits refuses such texts"
        self._tokens, self._context, self._batch_size, self._seed = tokens, context_length, batch_size, seed
        # Whatever the offset (0 to T-1), this many windows and their last target fit.
        self.windows_per_epoch = max(1, (len(tokens) - context_length) // context_length)

    def at(self, step: int) -> Batch:
        """The batch of this step; steps count from 0. A batch may end one epoch and begin the next."""
        first = step * self._batch_size
        starts = [self._start(number) for number in range(first, first + self._batch_size)]
        return _cut(self._tokens, np.array(starts), self._context)

    def _start(self, number: int) -> int:
        """Where the window with this number, counted through all epochs, begins."""
        epoch, place = divmod(number, self.windows_per_epoch)
        spare = len(self._tokens) - 1 - self.windows_per_epoch * self._context
        offset, order = _epoch(self._seed, epoch, self.windows_per_epoch, min(spare, self._context - 1))
        return offset + int(order[place]) * self._context


def validation_windows(tokens: TokenIds, *, context_length: int, n_windows: int | None) -> Iterator[Batch]:
    """Always the same windows: `n_windows` evenly spaced ones, or with None all that fit side by side.

    Batches hold about two thousand tokens; the last may be smaller, so weigh them by their size.
    """
    starts = window_starts(len(tokens), context_length=context_length, n_windows=n_windows)
    rows = max(1, TOKENS_PER_VALIDATION_BATCH // context_length)
    for row in range(0, len(starts), rows):
        yield _cut(tokens, starts[row : row + rows], context_length)


def window_starts(n_tokens: int, *, context_length: int, n_windows: int | None) -> NDArray[np.int64]:
    """Where those windows begin: (n_tokens 100, context_length 10, n_windows 3) -> [0, 30, 60]."""
    available = (n_tokens - 1) // context_length
    wanted = available if n_windows is None else min(n_windows, available)
    return np.arange(wanted) * available // max(1, wanted) * context_length


@lru_cache(maxsize=4)
def _epoch(seed: int, epoch: int, windows: int, largest_offset: int) -> tuple[int, NDArray[np.int64]]:
    """The offset and the order of the windows in one epoch; kept because every step of the epoch asks for it."""
    chance = np.random.default_rng((seed, epoch))
    return int(chance.integers(largest_offset + 1)), chance.permutation(windows)


def _cut(tokens: TokenIds, starts: NDArray[np.int64], length: int) -> Batch:
    windows = tokens[starts[:, None] + np.arange(length + 1)].astype(np.int64)  # (B, T + 1)
    ids = torch.from_numpy(np.asarray(windows))
    return Batch(ids[:, :-1].contiguous(), ids[:, 1:].contiguous())
