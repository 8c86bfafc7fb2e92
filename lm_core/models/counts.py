"""Counts of n-grams in, shares of probability out: tables of what was seen, and how smoothing mixes them.

    P_k(w | context) = own_k(context, w) + left_k(context) · P_(k-1)(w | shorter context)        P_0(w) = 1 / V

A k-gram is k tokens in a row, its context the first k - 1 of them. `own` is the share that a seen k-gram gets for
itself, `left` what its context leaves to the shorter one; a context that was never seen leaves everything. With c how
often a k-gram was counted, C how often its context, and d how many different tokens followed that:

    witten-bell  own c / (C + d)         left d / (C + d)       Witten & Bell 1991
    kneser-ney   own (c - D) / C         left D · d / C         Kneser & Ney 1995; Chen & Goodman 1998, section 4.1.6
    add-k        own c / (C + k · V)     left k · V / (C + k · V), all of it to 1 / V: nothing is asked of shorter ones

Kneser-Ney counts shorter k-grams by how many different tokens came before them, and takes the same D off every count:
n1 / (n1 + 2 n2), of the k-grams counted once and twice (Ney, Essen & Kneser 1994).

A k-gram is kept as one number, its tokens the digits of base V: (V 10) [3, 1, 4] -> 314. So sorted numbers have the
followers of a context side by side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from lm_core.config import ModelConfig
from lm_core.errors import ConfigError
from lm_core.models.ngram import FloatArray, IntArray, SortedCounts, count

LARGEST_KEY = 2**63
PLAIN_DISCOUNT = 0.5  # where no k-gram occurs just once: then nothing tells how much to take off


@dataclass(frozen=True)
class Level:
    """What k-grams of one length k give to the mixture.

    keys      (M,) the k-grams, ascending
    counts    (M,) how often each counts: seen, or for Kneser-Ney's shorter ones, after how many different tokens
    own       (M,) the share that each has for itself
    contexts  (N,) their different contexts, ascending
    starts    (N + 1,) followers of context i are keys[starts[i] : starts[i + 1]]
    left      (N,) what each context leaves to the shorter one
    """

    keys: IntArray
    counts: IntArray
    own: FloatArray
    contexts: IntArray
    starts: IntArray
    left: FloatArray

    def own_of(self, keys: IntArray) -> FloatArray:
        """The own share of each k-gram, 0 for the unseen."""
        places, known = found(self.keys, keys)
        return np.where(known, self.own[places], 0.0) if len(self.keys) else np.zeros(len(keys))

    def left_of(self, contexts: IntArray) -> FloatArray:
        """What each context leaves to the shorter one, all for the unseen."""
        places, known = found(self.contexts, contexts)
        return np.where(known, self.left[places], 1.0) if len(self.contexts) else np.ones(len(contexts))


def found(keys: IntArray, wanted: IntArray) -> tuple[IntArray, npt.NDArray[np.bool_]]:
    """Where each wanted number stands among the ascending ones, and whether it is there at all."""
    places = np.searchsorted(keys, wanted).clip(max=max(0, len(keys) - 1))
    return places, keys[places] == wanted if len(keys) else np.zeros(len(wanted), dtype=np.bool_)


def grams(tokens: IntArray, k: int, vocab_size: int) -> IntArray:
    """All k-grams in each row of tokens as numbers: (k 2, V 10) [3, 1, 4, 1] -> [31, 14, 41]."""
    length = max(0, tokens.shape[-1] - k + 1)
    numbers = np.zeros((*tokens.shape[:-1], length), dtype=np.int64)
    for digit in range(k):
        numbers = numbers * vocab_size + tokens[..., digit : digit + length]
    return numbers


def count_ngrams(tokens: npt.ArrayLike, order: int, vocab_size: int) -> dict[str, int]:
    """How many different n-grams a text has: {"1-grams": 66, "2-grams": 1203, …, "total"}."""
    row = np.asarray(tokens, dtype=np.int64)
    different = {f"{k}-grams": len(np.unique(grams(row, k, vocab_size))) for k in range(1, order + 1)}
    return {**different, "total": sum(different.values())}


def merged(old: SortedCounts, new: SortedCounts) -> SortedCounts:
    """Both added up: a new table, still sorted."""
    places = np.searchsorted(old.keys, new.keys)
    at, known = found(old.keys, new.keys)
    counts = old.counts.copy()
    counts[at[known]] += new.counts[known]
    keys = np.insert(old.keys, places[~known], new.keys[~known])
    return SortedCounts(keys, np.insert(counts, places[~known], new.counts[~known]))


def refuse_if_keys_overflow(config: ModelConfig, vocab_size: int) -> None:
    """Do nothing where an n-gram fits into a number.

    Raises:
        ConfigError: it does not; the message has the longest that fits.
    """
    if vocab_size**config.order >= LARGEST_KEY:
        longest = max(order for order in range(1, config.order) if vocab_size**order < LARGEST_KEY)
        raise ConfigError(
            f"With a vocabulary of {vocab_size:,} tokens, {config.order}-grams are too many to be told apart here. "
            f"Try model.order {longest}, or a smaller vocabulary."
        )


class Mixture:
    """Tables of 1-grams, 2-grams, … up to the order, as the probabilities that a smoothing makes of them."""

    def __init__(self, tables: Sequence[SortedCounts], vocab_size: int, smoothing: str, added: float) -> None:
        self.tables = tables
        self.vocab_size = vocab_size
        self.smoothing = smoothing
        self.added = added

    @property
    def order(self) -> int:
        return len(self.tables)

    @property
    def is_mixed(self) -> bool:
        """Do shorter contexts help? With add-k only the longest counts."""
        return self.smoothing != "add-k"

    @cached_property
    def levels(self) -> tuple[Level, ...]:
        """One for each length of k-grams, the shortest first."""
        tables = list(self.tables)
        if self.smoothing == "kneser-ney":
            for k in range(1, self.order):
                tables[k - 1] = count(self.tables[k].keys % self.vocab_size**k)
        return tuple(self._level(table) for table in tables)

    def _level(self, table: SortedCounts) -> Level:
        contexts, starts, kinds = np.unique(table.keys // self.vocab_size, return_index=True, return_counts=True)
        counts, different = table.counts.astype(np.float64), kinds.astype(np.float64)
        totals = np.add.reduceat(counts, starts) if len(starts) else np.zeros(0)
        if self.smoothing == "witten-bell":
            top, below, left = counts, totals + different, different
        elif self.smoothing == "kneser-ney":
            discount = discount_of(table.counts)
            top, below, left = counts - discount, totals, discount * different
        else:
            pretended = self.added * self.vocab_size
            top, below, left = counts, totals + pretended, np.full(len(totals), pretended)
        ends = np.append(starts, len(counts)).astype(np.int64)
        return Level(table.keys, table.counts, top / np.repeat(below, kinds), contexts, ends, left / below)

    def of_tokens(self, tokens: IntArray, first: int = 0) -> FloatArray:
        """P(token | those before it) of each of tokens[first:], with all tokens of the row to look back on."""
        row = tokens[max(0, first - self.order + 1) :]
        skipped = first - (len(tokens) - len(row))
        shares = np.full(len(row), 1 / self.vocab_size)
        for k, level in enumerate(self.levels, start=1):
            if len(row) < k:
                break
            keys = grams(row, k, self.vocab_size)
            below = shares[k - 1 :] if self.is_mixed else 1 / self.vocab_size
            shares[k - 1 :] = level.own_of(keys) + level.left_of(keys // self.vocab_size) * below
        return shares[skipped:]

    def after(self, windows: IntArray) -> FloatArray:
        """(B, T) tokens -> (B, T, V): what may follow each token, given those before it in its row."""
        n_rows, length = windows.shape
        shares = np.full((n_rows, length, self.vocab_size), 1 / self.vocab_size)
        for k, level in enumerate(self.levels, start=1):
            first = max(0, k - 2)  # the place where a context of k - 1 tokens ends for the first time
            if length > first and len(level.contexts):
                contexts = grams(windows, k - 1, self.vocab_size)[:, : length - first]
                self._mix(level, contexts.ravel(), shares[:, first:])
        return shares

    def _mix(self, level: Level, contexts: IntArray, shares: FloatArray) -> None:
        """Turn the shares (B, T, V) under the shorter contexts into those under these (B · T,), in place."""
        places, known = found(level.contexts, contexts)
        left = np.where(known, level.left[places], 1.0).reshape(*shares.shape[:2], 1)
        shares[...] = left * shares if self.is_mixed else left / self.vocab_size
        at = np.flatnonzero(known)
        begins, counts = level.starts[places[at]], np.diff(level.starts)[places[at]]
        rows = np.repeat(at, counts)
        followers = np.arange(len(rows)) + np.repeat(begins - np.cumsum(counts) + counts, counts)
        row, place = np.divmod(rows, shares.shape[1])
        shares[row, place, level.keys[followers] % self.vocab_size] += level.own[followers]


def discount_of(counts: IntArray) -> float:
    """Kneser-Ney's D: what is taken off each count, more than 0 and at most 1."""
    once, twice = int((counts == 1).sum()), int((counts == 2).sum())
    return once / (once + 2 * twice) if once else PLAIN_DISCOUNT
