"""A mixture of n-gram counts in, why it gives a token its probability out: what was seen, and what each order adds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lm_core.models.counts import Level, Mixture, discount_of, found, grams
from lm_core.models.ngram import FloatArray, IntArray

# V vocabulary


@dataclass(frozen=True)
class Stage:
    """What k-grams say after one context.

    context       the k - 1 tokens before
    total, kinds  how often it was counted, and how many different tokens followed
    counts, own   (V,) how often each followed, and the share that it gets for that
    left          what is left to the shorter context
    discount      what Kneser-Ney takes off each count here; 0 with other smoothings
    shares        (V,) P_k: own + left · the shares of the stage before
    """

    context: tuple[int, ...]
    total: int
    kinds: int
    counts: IntArray
    own: FloatArray
    left: float
    discount: float
    shares: FloatArray


def stages(mixture: Mixture, context: Sequence[int]) -> list[Stage]:
    """What may follow this context, order by order, the shortest first; the last one's shares are the model's own."""
    shares = np.full(mixture.vocab_size, 1 / mixture.vocab_size)
    even, found_stages = shares, []
    for k, level in enumerate(mixture.levels, start=1):
        if len(context) < k - 1:
            break
        before = tuple(context[len(context) - k + 1 :])
        counts, own, left = _followers(level, before, mixture.vocab_size)
        shares = own + left * (shares if mixture.is_mixed else even)
        discount = discount_of(level.counts) if mixture.smoothing == "kneser-ney" else 0.0
        total, kinds = int(counts.sum()), int(np.count_nonzero(counts))
        found_stages.append(Stage(before, total, kinds, counts, own, left, discount, shares))
    return found_stages


def _followers(level: Level, context: tuple[int, ...], vocab_size: int) -> tuple[IntArray, FloatArray, float]:
    """Counts and own shares of all tokens after a context, and what it leaves."""
    counts, own = np.zeros(vocab_size, dtype=np.int64), np.zeros(vocab_size)
    key = grams(np.array(context, dtype=np.int64), len(context), vocab_size)[:1]
    places, known = found(level.contexts, key)
    if not known[0]:
        return counts, own, 1.0
    followers = slice(level.starts[places[0]], level.starts[places[0] + 1])
    tokens = level.keys[followers] % vocab_size
    counts[tokens], own[tokens] = level.counts[followers], level.own[followers]
    return counts, own, float(level.left[places[0]])


def never_seen(mixture: Mixture, tokens: IntArray) -> list[tuple[float, float]]:
    """For each k: the share of this text's contexts of k - 1 tokens that were never counted, and of its k-grams."""
    shares = []
    for k, table in enumerate(mixture.tables, start=1):
        keys = grams(tokens, k, mixture.vocab_size)
        contexts = np.unique(table.keys // mixture.vocab_size)
        unknown = [1 - float(found(seen, wanted)[1].mean()) for seen, wanted in (
            (contexts, keys // mixture.vocab_size), (table.keys, keys)
        )]  # fmt: skip
        shares.append((unknown[0], unknown[1]))
    return shares
