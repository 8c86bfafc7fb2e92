"""A step taken apart in, a few weights worth a look out: the lesson is where momentum and gradient disagree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from lm_core.training.one_step import OneStep, as_matrix

Kind = Literal["farthest", "steepest", "against", "still"]


@dataclass(frozen=True)
class Place:
    """One weight, by the name of its weights, and where it stands in them."""

    name: str
    row: int
    column: int


def notable_weights(step: OneStep) -> dict[Kind, Place]:
    """One weight of each kind, where there is one.

    farthest   moved farthest of all
    steepest   has the longest gradient
    against    moved up its gradient, not down: the momentum of earlier steps outweighs this one
    still      has no gradient at all and moved all the same, by momentum alone; the longest such move
    """
    moved = {name: step.after[name] - step.before[name] for name in step.before}
    scores: dict[Kind, Callable[[str], Tensor]] = {
        "farthest": lambda name: moved[name].abs(),
        "steepest": lambda name: step.gradient[name].abs(),
        "against": lambda name: (moved[name] * step.gradient[name]).sign().clamp_min(0) * step.gradient[name].abs(),
        "still": lambda name: (step.gradient[name] == 0) * moved[name].abs(),
    }
    found = {kind: _highest(step, score) for kind, score in scores.items()}
    return {kind: place for kind, place in found.items() if place is not None}


def _highest(step: OneStep, score: Callable[[str], Tensor]) -> Place | None:
    """Where the score is highest, or None where it is 0 everywhere."""
    highest, place = 0.0, None
    for name in step.before:
        values = as_matrix(score(name))
        top, at = torch.max(values.flatten(), dim=0)
        if top.item() > highest:
            highest, place = top.item(), Place(name, *divmod(int(at), values.size(1)))
    return place
