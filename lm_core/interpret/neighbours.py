"""A table of embeddings and one token in, the tokens whose rows point the same way out: nearest by cosine."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

# V tokens · C = d_model


def neighbours(
    embedding: npt.NDArray[np.float32], token: int, count: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    """(V, C) -> the ids (n,) of the `count` tokens nearest to `token` and their cosines (n,), nearest first.

    n is at most V - 1: a token is no neighbour of itself. Ties stand by id; a row of zeros has the cosine 0 to all.
    """
    lengths = np.sqrt(np.einsum("vc,vc->v", embedding, embedding))
    cosines = (embedding @ embedding[token]) / np.maximum(lengths * lengths[token], np.finfo(np.float32).tiny)
    order = np.argsort(-cosines, kind="stable")
    ids = order[order != token][: max(0, count)]
    return ids, cosines[ids].clip(-1, 1)
