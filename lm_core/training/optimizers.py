"""Gradients in, better weights out: AdamW in full, since every one of its lines is a lesson.

The arithmetic is torch.optim.AdamW's (a test compares them). Ours reports how far it moved, names its moments after
the weights, and starts without the compiler that torch's optimizers import on their first use, which takes seconds.

`torch._foreach_mul_(lists, 0.9)` is `for each in lists: each.mul_(0.9)` in one call: a model has dozens of weights,
many of them small, and asking for each by itself would cost more than the arithmetic.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Protocol

import torch
from torch import Tensor, nn

EPSILON = 1e-8


class Optimizer(Protocol):
    """What training asks of any optimizer; `steps` counts its updates."""

    steps: int

    def step(self, learning_rate: float) -> float:
        """Move every weight that has a gradient; returns the length of the whole move over that of all weights."""

    def tensors(self) -> Iterator[tuple[str, Tensor]]:
        """Everything that it remembers, by name, sharing memory with it; the number of updates is "steps"."""

    def forget_gradients(self) -> None:
        """Make room for the next batch's."""


class AdamW:
    """Adam (Kingma & Ba 2015) with weight decay apart from the gradient (Loshchilov & Hutter 2019, algorithm 2)."""

    def __init__(
        self, weights: dict[str, nn.Parameter], *, decayed: set[str], betas: tuple[float, float], decay: float
    ) -> None:
        self.weights = weights
        self.decayed = decayed
        self.betas = betas
        self.decay = decay
        self.steps = 0
        self.mean = {name: torch.zeros_like(weight) for name, weight in self.weights.items()}
        self.mean_square = {name: torch.zeros_like(weight) for name, weight in self.weights.items()}

    def step(self, learning_rate: float) -> float:
        """Move every weight against its gradient; returns the length of the whole move over that of all weights."""
        moved, length = self.move(learning_rate)
        return learning_rate * moved / max(length, EPSILON)

    @torch.no_grad()
    def move(self, learning_rate: float) -> tuple[float, float]:
        """One update; returns the lengths of the whole direction and of all weights before it."""
        self.steps += 1
        names = [name for name, weight in self.weights.items() if weight.grad is not None]
        if not names:
            return 0.0, 0.0
        weights: list[Tensor] = [self.weights[name] for name in names]
        directions = self._directions(names)
        lengths = joint_length(directions), joint_length(weights)
        decayed: list[Tensor] = [self.weights[name] for name in names if name in self.decayed]
        if decayed:
            torch._foreach_mul_(decayed, 1 - learning_rate * self.decay)
        torch._foreach_add_(weights, directions, alpha=-learning_rate)
        return lengths

    def _directions(self, names: list[str]) -> list[Tensor]:
        """The gradient's recent mean over its recent size: near ±1 where it agrees with itself, near 0 where not."""
        beta1, beta2 = self.betas
        gradients = gradients_of([self.weights[name] for name in names])
        mean, mean_square = [self.mean[name] for name in names], [self.mean_square[name] for name in names]
        torch._foreach_lerp_(mean, gradients, 1 - beta1)  # mean ← beta1 · mean + (1 - beta1) · gradient
        torch._foreach_mul_(mean_square, beta2)
        torch._foreach_addcmul_(mean_square, gradients, gradients, 1 - beta2)
        # Both means start at 0 and are too small at first; dividing by 1 - betaᵗ makes up for it.
        size = list(torch._foreach_div(mean_square, 1 - beta2**self.steps))
        torch._foreach_sqrt_(size)
        torch._foreach_add_(size, EPSILON)
        directions = list(torch._foreach_div(mean, 1 - beta1**self.steps))
        torch._foreach_div_(directions, size)
        return directions

    def tensors(self) -> Iterator[tuple[str, Tensor]]:
        """Everything that it remembers, by name."""
        yield "steps", torch.tensor(self.steps)
        for name in self.weights:
            yield f"mean.{name}", self.mean[name]
            yield f"mean_square.{name}", self.mean_square[name]

    def forget_gradients(self) -> None:
        for weight in self.weights.values():
            weight.grad = None


def gradients_of(weights: list[nn.Parameter]) -> list[Tensor]:
    """The gradients of weights that all have one."""
    return [weight.grad for weight in weights if weight.grad is not None]


def joint_length(tensors: list[Tensor]) -> float:
    """The length of all numbers as one vector, read once: ([3], [4]) -> 5."""
    return math.hypot(*torch.stack(torch._foreach_norm(tensors)).tolist())


def decaying(model: nn.Module) -> set[str]:
    """The weights that decay. Only matrices do: norms have a natural size, and the rows of an embedding that a batch
    does not use would shrink without ever being asked for.
    """
    lookups = {f"{name}.weight" for name, module in model.named_modules() if isinstance(module, nn.Embedding)}
    return {name for name, weight in model.named_parameters() if weight.dim() >= 2} - lookups
