"""A snapshot in, what each head looked at and why out, stacked over layers and heads."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lm_core.interpret.snapshot import Snapshot

# L layers · H query heads · K key-value heads · T tokens · D = d_head


def attention_of(snapshot: Snapshot) -> npt.NDArray[np.float32]:
    """(L, H, T, T): row t is where token t looked; each row sums to 1. Behind a causal mask nothing lies right of
    the diagonal.
    """
    return _stacked(snapshot, "attn.pattern")


def queries_keys(snapshot: Snapshot) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Queries and keys as they are compared, both (L, H, T, D): q @ k / sqrt(D) are the scores; q @ k where
    `scale_scores` is off.

    Rotary positions have turned them already; key heads that serve a group are repeated for each query head.
    """
    q = _stacked(snapshot, "attn.q")
    k = _stacked(snapshot, "attn.k")  # (L, K, T, D)
    return q, k.repeat(q.shape[1] // k.shape[1], axis=1)


def _stacked(snapshot: Snapshot, site: str) -> npt.NDArray[np.float32]:
    """One site of all blocks, first block first."""
    n_layers = sum(name.endswith(f".{site}") for name in snapshot.activations)
    assert n_layers, f"the snapshot did not keep {site}"
    return np.stack([snapshot.activations[f"blocks.{layer}.{site}"] for layer in range(n_layers)])
