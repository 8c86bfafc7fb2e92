"""Gradients of matrices in, updates that turn every direction equally out: Muon.

The gradient of a matrix is usually lopsided: a few directions are long and the others hardly there. Adam, which looks
at each number by itself, cannot see that. Muon keeps the directions and makes all their lengths equal:

    gradient = U · diag(9, 3, 0.1) · Vᵀ      what a singular value decomposition would show
    update   = U · diag(1, 1, 1)   · Vᵀ      the nearest orthogonal matrix, the "polar factor"

so that rare directions learn as fast as common ones. A decomposition is slow. An odd polynomial of the matrix,

    p(X) = a X + b (X Xᵀ) X + c (X Xᵀ)² X

leaves U and V alone and acts on the singular values only: s -> a s + b s³ + c s⁵. These a, b, c push any s in (0, 1]
close to 1 when applied a few times, and cost nothing but matrix products, which is what processors are best at.

Source: Jordan et al. 2024, "Muon: an optimizer for hidden layers in neural networks"; the common size of the updates
is that of Liu et al. 2025, "Muon is scalable for LLM training", section 2.2.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn

from lm_core.training.optimizers import EPSILON, AdamW, gradients_of, joint_length

# N matrices of one shape · R rows <= C columns

ITERATIONS = 5
A, B, C = 3.4445, -4.7750, 2.0315  # not s -> 1 exactly but into 0.7 … 1.2, and quickly: from 0.01 in five rounds
SIZE = 0.2  # of an update's numbers, as Adam's usually are: one learning rate then suits both


def orthogonalised(matrices: Tensor) -> Tensor:
    """(N, R, C), R <= C -> the same with all singular values near 1, by Newton-Schulz iteration (Jordan et al. 2024).

    diag(1, 0.5, 0.01) -> about diag(0.7, 1.1, 0.7): the signs and directions stay, the lengths become alike.
    """
    x: Tensor = matrices / (matrices.norm(dim=(-2, -1), keepdim=True) + EPSILON)  # no singular value is above 1
    for _ in range(ITERATIONS):
        square = x @ x.mT  # (N, R, R)
        change = torch.baddbmm(square, square, square, beta=B, alpha=C)  # b (X Xᵀ) + c (X Xᵀ)²
        x = torch.baddbmm(x, change, x, beta=A)
    return x


class Muon:
    """Muon for the matrices inside the blocks; AdamW for everything else: embedding, head, norms and shares.

    q, k, v and o of all layers have one shape, so they are handled in one batch; so are up and down, one of them
    turned on its side.
    """

    def __init__(
        self,
        matrices: dict[str, nn.Parameter],
        rest: AdamW,
        *,
        momentum: float,
        decay: float,
        products: torch.dtype = torch.float32,
    ) -> None:
        self.matrices = matrices
        self.rest = rest
        self.momentum = momentum
        self.decay = decay
        self.products = products
        self.mean = {name: torch.zeros_like(weight) for name, weight in matrices.items()}
        self.watch: Callable[[str, Tensor], None] | None = None  # is told each matrix's direction, as it is used

    @property
    def steps(self) -> int:
        return self.rest.steps

    @steps.setter
    def steps(self, steps: int) -> None:
        self.rest.steps = steps

    @torch.no_grad()
    def step(self, learning_rate: float) -> float:
        """Move every weight; returns the length of the whole move over that of all weights."""
        moves = [self.rest.move(learning_rate)]
        names = [name for name, weight in self.matrices.items() if weight.grad is not None]
        means = self._means(names)
        alike = defaultdict(list)
        for name in names:
            alike[tuple(sorted(self.matrices[name].shape))].append(name)
        moves += [self._move(group, [means[name] for name in group], learning_rate) for group in alike.values()]
        moved, length = (math.hypot(*lengths) for lengths in zip(*moves, strict=True))
        return learning_rate * moved / max(length, EPSILON)

    def _means(self, names: list[str]) -> dict[str, Tensor]:
        """The gradient's recent mean, and a look ahead along it (Nesterov 1983): half a step newer than the mean."""
        gradients, means = gradients_of([self.matrices[name] for name in names]), [self.mean[name] for name in names]
        if names:
            torch._foreach_lerp_(means, gradients, 1 - self.momentum)
            return dict(zip(names, torch._foreach_lerp(gradients, means, self.momentum), strict=True))
        return {}

    def _move(self, names: list[str], means: list[Tensor], learning_rate: float) -> tuple[float, float]:
        """Update weights of one shape, up to lying on their side; returns the lengths of the direction and of them."""
        weights: list[Tensor] = [self.matrices[name] for name in names]
        batch = torch.stack([_wide(mean) for mean in means]).to(self.products)  # (N, R, C)
        update = orthogonalised(batch).float() * (SIZE * math.sqrt(batch.size(-1)))
        lengths = float(update.norm()), joint_length(weights)
        torch._foreach_mul_(weights, 1 - learning_rate * self.decay)
        directions = [_as(weight, direction) for weight, direction in zip(weights, update, strict=True)]
        torch._foreach_add_(weights, directions, alpha=-learning_rate)
        if self.watch is not None:
            for name, direction in zip(names, directions, strict=True):
                self.watch(name, direction)
        return lengths

    def tensors(self) -> Iterator[tuple[str, Tensor]]:
        """Everything that it remembers, by name."""
        yield from self.rest.tensors()
        for name, mean in self.mean.items():
            yield f"mean.{name}", mean

    def forget_gradients(self) -> None:
        self.rest.forget_gradients()
        for weight in self.matrices.values():
            weight.grad = None


def _wide(matrix: Tensor) -> Tensor:
    """On its side if it is taller than wide."""
    return matrix.mT if matrix.size(0) > matrix.size(1) else matrix


def _as(weight: Tensor, wide: Tensor) -> Tensor:
    """`_wide` undone for the update of this weight."""
    return wide.mT if weight.size(0) > weight.size(1) else wide
