"""Attention patterns of all layers in, how much each token took from each token of the input over all of them out.

A token of layer 2 looks at tokens of layer 1 that have themselves looked around, so weights are multiplied along all
ways down. The residual stream hands a token on to itself past attention; the paper counts both ways alike:

    A'(l) = ½ A(l) + ½ I            A(l): the heads of layer l combined
    R(0) = I,  R(l) = A'(l) R(l-1)   R(l)[t, s]: how much of token t after layer l comes from token s of the input

Abnar & Zuidema 2020, "Quantifying Attention Flow in Transformers", section 3, equations 1 and "attention rollout".
It sees attention alone: values, norms and MLPs, which decide what is done with what was looked at, do not enter.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import numpy.typing as npt

# L layers · H heads · T tokens

Floats = npt.NDArray[np.floating[Any]]
Combination = Literal["mean", "max"]


def combine_heads(pattern: Floats, how: Combination = "mean") -> Floats:
    """(…, H, T, T) -> (…, T, T): the average of the heads, or the largest weight of any, each row made to sum to 1."""
    if how == "mean":
        return np.asarray(pattern.mean(axis=-3))
    largest = pattern.max(axis=-3)
    return np.asarray(largest / np.maximum(largest.sum(axis=-1, keepdims=True), 1e-12))


def rollout(pattern: Floats, how: Combination = "mean", *, residual: bool = True) -> Floats:
    """(L, H, T, T) -> (L, T, T): after each layer, where each token comes from; rows sum to 1.

    `residual` off is for a model without a residual stream: there is no way past attention.
    """
    n = pattern.shape[-1]
    so_far, layers = np.eye(n), []
    for layer in combine_heads(np.asarray(pattern, dtype=np.float64), how):
        step = 0.5 * layer + 0.5 * np.eye(n) if residual else layer
        so_far = step @ so_far
        layers.append(so_far)
    return np.stack(layers)
