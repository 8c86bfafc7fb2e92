"""Embedding tables from many moments of a training in, points on one plane out that move smoothly between the moments.

A plane that each moment chose for itself would jump: the directions of most spread change their order and their sign.
So all moments are drawn on one plane, that of the newest moment, where structure has had most time to grow. While a
run trains, the newest moment changes; its plane is turned onto the one before, so that the picture stays where it was:

    moment 0 ── PCA ── plane 0
    moment 1 ── PCA ── plane 1, turned so that moment 1 looks as it did on plane 0 (orthogonal Procrustes)
    …                                        and in the end every moment is drawn on the last plane
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

# F moments · N tokens · C = d_model · R numbers kept of a token

MOST_TOKENS = 200
KEPT_NUMBERS = 128  # of a token; wider tables are projected onto so many fixed directions
_SEED = 7

Floats = npt.NDArray[np.float32]


def frequent_tokens(ids: npt.NDArray[np.integer], vocab_size: int, most: int = MOST_TOKENS) -> npt.NDArray[np.int64]:
    """The ids that occur most often, the most frequent first, ties by id: [2, 1, 2, 0] -> [2, 0, 1]"""
    counts = np.bincount(np.asarray(ids, dtype=np.int64), minlength=vocab_size)
    order = np.argsort(-counts, kind="stable")[:most]
    return order[counts[order] > 0]


def pack_rows(table: Floats) -> tuple[npt.NDArray[np.int8], float]:
    """(N, C) -> codes (N, R) and a scale: codes * scale is the table, off by half a scale at most.

    A table wider than R is seen from R fixed random directions, which keeps distances to about a tenth (Johnson and
    Lindenstrauss 1984).
    """
    rows = _narrowed(table)
    scale = float(np.abs(rows).max()) / 127 or 1.0
    return np.rint(rows / scale).astype(np.int8), scale


def unpack_rows(codes: npt.NDArray[np.int8], scale: float) -> Floats:
    """What `pack_rows` kept: (N, R) float32."""
    return (codes * np.float32(scale)).astype(np.float32)


@dataclass(frozen=True, eq=False)
class TokenMap:
    """`positions` (F, N, 2), each moment around its middle; `share` of the newest table's spread on the two axes."""

    positions: Floats
    share: float


def token_map(tables: Floats) -> TokenMap:
    """(F, N, R) tables of the same tokens, oldest first -> all of them on the newest one's plane."""
    centred = tables - tables.mean(axis=1, keepdims=True)
    plane, share = _plane(centred[0])
    for moment in centred[1:]:
        newer, share = _plane(moment)
        plane = newer @ turn_onto(moment @ newer, moment @ plane)
    return TokenMap((centred @ plane).astype(np.float32), share)


def turn_onto(points: Floats, target: Floats) -> Floats:
    """The rotation or reflection (2, 2) that brings `points` (N, 2) nearest to `target`: orthogonal Procrustes.

    Schönemann 1966: with U S Vᵀ = pointsᵀ target, it is U Vᵀ.
    """
    left, _, right = np.linalg.svd(points.T @ target)
    return np.asarray(left @ right)


def _plane(centred: Floats) -> tuple[Floats, float]:
    """The two directions of most spread as columns (R, 2), and their share of all spread."""
    spread, directions = np.linalg.eigh(centred.T @ centred)  # ascending
    total = float(spread.sum())
    plane = directions[:, :-3:-1]
    return plane, float(spread[-2:].sum()) / total if total > 0 and math.isfinite(total) else 0.0


def _narrowed(table: Floats) -> Floats:
    width = table.shape[1]
    if width <= KEPT_NUMBERS:
        return table
    directions, _ = np.linalg.qr(np.random.default_rng(_SEED).standard_normal((width, KEPT_NUMBERS)))
    return np.asarray(table @ directions, dtype=np.float32)
