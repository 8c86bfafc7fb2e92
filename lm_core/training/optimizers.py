"""Gradients in, better weights out: AdamW in full, since every one of its lines is a lesson.

The arithmetic is torch.optim.AdamW's (a test compares them). Ours reports how far it moved, names its moments after
the weights, and starts without the compiler that torch's optimizers import on their first use, which takes seconds.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch
from torch import Tensor, nn

from lm_core.config import TrainConfig

EPSILON = 1e-8


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

    @torch.no_grad()
    def step(self, learning_rate: float) -> float:
        """Move every weight against its gradient; returns the length of the whole move over that of all weights."""
        self.steps += 1
        moved, length = 0.0, 0.0
        for name, weight in self.weights.items():
            if weight.grad is None:
                continue
            direction = self._direction(name, weight.grad)
            moved += float(direction.norm()) ** 2
            length += float(weight.norm()) ** 2
            if name in self.decayed:
                weight.mul_(1 - learning_rate * self.decay)
            weight.add_(direction, alpha=-learning_rate)
        return learning_rate * math.sqrt(moved / max(length, EPSILON))

    def _direction(self, name: str, gradient: Tensor) -> Tensor:
        """The gradient's recent mean over its recent size: near ±1 where it agrees with itself, near 0 where not."""
        beta1, beta2 = self.betas
        mean, mean_square = self.mean[name], self.mean_square[name]
        mean.lerp_(gradient, 1 - beta1)  # mean ← beta1 · mean + (1 - beta1) · gradient
        mean_square.mul_(beta2).addcmul_(gradient, gradient, value=1 - beta2)
        # Both means start at 0 and are too small at first; dividing by 1 - betaᵗ makes up for it.
        size = (mean_square / (1 - beta2**self.steps)).sqrt_().add_(EPSILON)
        return mean / (1 - beta1**self.steps) / size

    def tensors(self) -> Iterator[tuple[str, Tensor]]:
        """Everything that it remembers, by name."""
        yield "steps", torch.tensor(self.steps)
        for name in self.weights:
            yield f"mean.{name}", self.mean[name]
            yield f"mean_square.{name}", self.mean_square[name]

    def forget_gradients(self) -> None:
        for weight in self.weights.values():
            weight.grad = None


def make_optimizer(model: nn.Module, train: TrainConfig) -> AdamW:
    """AdamW over all weights. Only matrices decay: norms have a natural size, and the rows of an embedding that a batch
    does not use would shrink without ever being asked for.
    """
    weights = dict(model.named_parameters())
    lookups = {f"{name}.weight" for name, module in model.named_modules() if isinstance(module, nn.Embedding)}
    decayed = {name for name, weight in weights.items() if weight.dim() >= 2} - lookups
    return AdamW(weights, decayed=decayed, betas=(train.beta1, train.beta2), decay=train.weight_decay)
