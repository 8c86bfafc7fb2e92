"""A model and a batch in, the gradient at each weight out: in float32, or with products in bfloat16.

bfloat16 has float32's range and 2 to 3 digits, and processors that know it multiply twice to four times as fast.
Weights must not live in it: an update is a thousandth of a weight and would be rounded away. So the float32 weights
stay the masters, and each step works on a copy:

    masters (float32) ── rounded ──> copy (bfloat16) ── loss, gradient ──> copied to the masters (float32) ── update

(Micikevicius et al. 2018, "Mixed precision training", section 3.1; bfloat16 needs none of its loss scaling.)
"""

from __future__ import annotations

import platform
from copy import deepcopy
from functools import cache

import torch
from torch import Tensor

from lm_core.config import TrainConfig
from lm_core.data.batches import Batch
from lm_core.models.gpt import GPT
from lm_core.training.objective import next_token_loss


def products_of(train: TrainConfig) -> torch.dtype:
    """The kind of number that products are made in. Asks what the processor is, which does not change between two runs
    on one machine; a stopwatch might, and then equal configurations would give unequal curves.
    """
    if train.precision == "auto":
        return torch.bfloat16 if multiplies_bfloat16() else torch.float32
    return torch.bfloat16 if train.precision == "bfloat16" else torch.float32


@cache
def multiplies_bfloat16() -> bool:
    """Does this processor have instructions for products of bfloat16? Without them it is slower than float32."""
    if platform.machine().lower() in ("x86_64", "amd64"):
        return any(_says_yes(torch.cpu, name) for name in ("_is_avx512_bf16_supported", "_is_amx_tile_supported"))
    return platform.system() == "Linux" and _says_yes(torch.ops.mkldnn, "_is_mkldnn_bf16_supported")


def _says_yes(place: object, question: str) -> bool:
    """PyTorch's answer; versions that do not know the question count as no."""
    try:
        return bool(getattr(place, question)())
    except (AttributeError, RuntimeError):
        return False


class Gradients:
    """Leaves a batch's gradient at each weight of `model`, and returns its loss, nats per token."""

    def __init__(self, model: GPT, products: torch.dtype) -> None:
        self.model = model
        self.worker = model if products == torch.float32 else _rounded_copy(model, products)
        self._masters: list[Tensor] = list(model.parameters())
        self._copies: list[Tensor] = list(self.worker.parameters())

    def of(self, batch: Batch) -> Tensor:
        if not self.worker.training:
            self.worker.train()
        if self.worker is self.model:
            return self._backward(batch)
        with torch.no_grad():
            torch._foreach_copy_(self._copies, self._masters)
        loss = self._backward(batch)
        for master, copy in zip(self._masters, self._copies, strict=True):
            master.grad = None if copy.grad is None else copy.grad.float()
        return loss

    def _backward(self, batch: Batch) -> Tensor:
        self.worker.zero_grad(set_to_none=True)
        loss = next_token_loss(self.worker(batch.inputs).float(), batch.targets)
        loss.backward()  # type: ignore[no-untyped-call]
        return loss.detach()


def _rounded_copy(model: GPT, products: torch.dtype) -> GPT:
    """Weights only: tables of angles and the like stay exact."""
    copy = deepcopy(model)
    for weight in copy.parameters():
        weight.data = weight.data.to(products)
    return copy
