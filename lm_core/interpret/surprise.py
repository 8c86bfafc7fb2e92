"""A snapshot in, how well each token was foreseen out."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lm_core.interpret.snapshot import Snapshot

# T tokens · V vocabulary · k candidates


def log_probabilities(logits: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """(T, V) scores -> (T, V) log-probabilities: logits - ln Σ exp(logits), row by row."""
    shifted = logits - logits.max(axis=-1, keepdims=True).astype(np.float64)  # no overflow, same result
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)))


def token_losses(snapshot: Snapshot) -> npt.NDArray[np.float32]:
    """(T,) -ln p(token | tokens before it), in nats; nan for the first token, which nothing comes before.

    Without a causal mask it is no surprise at all: the guess was made in sight of the token.
    """
    guesses = log_probabilities(snapshot.logits[:-1])  # (T - 1, V): row t scores token t + 1
    losses = -np.take_along_axis(guesses, snapshot.ids[1:, None], axis=-1)[:, 0]
    return np.concatenate(([np.nan], losses)).astype(np.float32)


def top_candidates(snapshot: Snapshot, k: int) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
    """The k likeliest followers of each token: ids (T, k) and probabilities (T, k), likeliest first, ties by id.

    k is bounded by the vocabulary.
    """
    ids = np.argsort(-snapshot.logits, axis=-1, kind="stable")[:, :k]
    probabilities = np.exp(np.take_along_axis(log_probabilities(snapshot.logits), ids, axis=-1))
    return ids.astype(np.int32), probabilities.astype(np.float32)
