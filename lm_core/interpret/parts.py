"""A model's weights, before and after a step, in; how long each part is and how far it moved out.

A part is the embedding, each block's attention and MLP, or the unembedding:

    embed   blocks.0.attn   blocks.0.mlp   blocks.1.attn   …   head

Norms, positions and shares are small and belong to no part; where the embedding is the unembedding too, there is no
`head`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TypeAlias

import torch
from torch import Tensor

Weights: TypeAlias = Mapping[str, Tensor]


def part_of(name: str) -> str | None:
    """'blocks.3.attn.q.weight' -> 'blocks.3.attn', 'embed.weight' -> 'embed', 'ln_final.weight' -> None"""
    first, *rest = name.split(".")
    if first in ("embed", "head"):
        return first
    is_part = first == "blocks" and len(rest) > 1 and rest[1] in ("attn", "mlp")
    return ".".join((first, *rest[:2])) if is_part else None


def part_norms(weights: Weights) -> dict[str, float]:
    """The length of all numbers of a part as one vector, part by part in the model's order."""
    squares: dict[str, float] = {}
    for name, weight in weights.items():
        part = part_of(name)
        if part is not None:
            squares[part] = squares.get(part, 0.0) + float(torch.linalg.vector_norm(weight.detach())) ** 2
    ordered = sorted(squares, key=lambda part: part == "head")  # named last, whatever the module's order
    return {part: math.sqrt(squares[part]) for part in ordered}


def part_moves(before: Weights, after: Weights) -> dict[str, float]:
    """How far each part went: the length of the difference.

    {"embed.weight": [3, 4]} and {"embed.weight": [0, 0]} -> {"embed": 5.0}
    """
    names = [name for name in after if part_of(name) is not None]
    return part_norms({name: after[name].detach() - before[name].detach() for name in names})
