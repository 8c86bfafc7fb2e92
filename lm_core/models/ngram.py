"""Token ids in, the loss of the models that only count out: the baselines that a Transformer must beat.

    uniform   every token equally likely          ln V
    unigram   how often each token occurs         knows that "e" is common
    bigram    … after the token before it         knows that "u" follows "q"
    trigram   … after the two tokens before it    knows "th" wants "e"

Each is smoothed with the one below (Witten & Bell 1991; Chen & Goodman 1998, section 2.5): a context seen c times with
d different followers trusts its own counts c to d, and gives the rest of its share to the shorter context:

    P(w | context) = (count(context, w) + d · P(w | shorter context)) / (c + d)
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]

# Beyond this, most contexts of two tokens occur once and the trigram says little more than the bigram.
MAX_CONTEXTS = 10_000**2


@dataclass(frozen=True)
class SortedCounts:
    """How often each key occurs: sorted keys, so that a million lookups are one binary search each."""

    keys: IntArray
    counts: IntArray

    def of(self, keys: IntArray) -> FloatArray:
        """The count of each key, 0 for the unseen."""
        places = np.searchsorted(self.keys, keys).clip(max=len(self.keys) - 1)
        return np.where(self.keys[places] == keys, self.counts[places], 0).astype(np.float64)


def count(keys: IntArray) -> SortedCounts:
    """[3, 1, 3] -> keys [1, 3], counts [1, 2]"""
    found, counts = np.unique(keys, return_counts=True)
    return SortedCounts(found, counts)


def baselines(train_ids: npt.ArrayLike, validation_ids: npt.ArrayLike, vocab_size: int) -> dict[str, float]:
    """Mean loss on the validation tokens, in nats per token, of counts made on the training tokens.

    Returns {"uniform", "unigram", "bigram", "trigram"}; "trigram" is left out for vocabularies above 10,000.
    """
    train = np.asarray(train_ids, dtype=np.int64)
    validation = np.asarray(validation_ids, dtype=np.int64)
    probabilities = np.full(len(validation), 1 / vocab_size)
    losses = {"uniform": math.log(vocab_size)}
    for order, name in enumerate(("unigram", "bigram", "trigram")):
        if vocab_size**order > MAX_CONTEXTS or min(len(train), len(validation)) <= order:
            break
        longer = _mixed(train, validation, probabilities[order:], order, vocab_size)
        # The first tokens have no context this long and keep their probability under the shorter one.
        probabilities = np.concatenate((probabilities[:order], longer))
        losses[name] = float(-np.log(probabilities).mean())
    return losses


def _mixed(train: IntArray, validation: IntArray, shorter: FloatArray, order: int, vocab_size: int) -> FloatArray:
    """P(token | `order` tokens before it) of validation[order:], given its probability under the shorter context."""
    train_contexts, contexts = _contexts(train, order, vocab_size), _contexts(validation, order, vocab_size)
    pairs = count(train_contexts * vocab_size + train[order:])
    c = count(train_contexts).of(contexts)
    d = count(pairs.keys // vocab_size).of(contexts)  # each pair once: how many different followers
    both = pairs.of(contexts * vocab_size + validation[order:])
    known = c > 0
    return np.where(known, (both + d * shorter) / np.where(known, c + d, 1), shorter)


def _contexts(tokens: IntArray, order: int, vocab_size: int) -> IntArray:
    """The `order` tokens before each place as one number: (order 2, V 10) [3, 1, 4, 1] -> [31, 14] for places 2, 3."""
    numbers = np.zeros(len(tokens) - order, dtype=np.int64)
    for back in range(order, 0, -1):
        numbers = numbers * vocab_size + tokens[order - back : len(tokens) - back]
    return numbers
