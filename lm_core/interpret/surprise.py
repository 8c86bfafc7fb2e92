"""A snapshot in, how well each token was foreseen out."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from lm_core.interpret.snapshot import Snapshot

# T tokens · V vocabulary · k candidates

NUMBERS_AT_ONCE = 1_000_000


def log_probabilities(logits: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """(T, V) scores -> (T, V) log-probabilities: logits - ln Σ exp(logits), row by row."""
    shifted = logits - logits.max(axis=-1, keepdims=True).astype(np.float64)  # no overflow, same result
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)))


def token_losses(snapshot: Snapshot) -> npt.NDArray[np.float32]:
    """(T,) -ln p(token | tokens before it), in nats; nan for the first token, which nothing comes before.

    Without a causal mask it is no surprise at all: the guess was made in sight of the token.
    """
    losses = [np.array([np.nan])]
    for rows in _parts(snapshot.logits[:-1]):  # row t scores token t + 1
        next_ids = snapshot.ids[1:][rows, None]
        losses.append(-np.take_along_axis(log_probabilities(snapshot.logits[:-1][rows]), next_ids, axis=-1)[:, 0])
    return np.concatenate(losses).astype(np.float32)


def top_candidates(snapshot: Snapshot, k: int) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
    """The k likeliest followers of each token: ids (T, k) and probabilities (T, k), likeliest first, ties by id.

    k is bounded by the vocabulary.
    """
    found, shares = [], []
    for rows in _parts(snapshot.logits):
        ids = np.argsort(-snapshot.logits[rows], axis=-1, kind="stable")[:, :k].astype(np.int32)
        found.append(ids)
        shares.append(np.exp(np.take_along_axis(log_probabilities(snapshot.logits[rows]), ids, axis=-1)))
    return np.concatenate(found), np.concatenate(shares).astype(np.float32)


def _parts(logits: npt.NDArray[np.float32]) -> Iterator[slice]:
    """Rows, as many at once as stay small in float64: the vocabularies of large models have 50,000 tokens."""
    at_once = max(1, NUMBERS_AT_ONCE // logits.shape[-1])
    for begin in range(0, len(logits), at_once):
        yield slice(begin, begin + at_once)
