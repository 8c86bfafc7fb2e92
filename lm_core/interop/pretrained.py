"""A model that was trained elsewhere, in our words: its shape, its weights by our names, its tokenizer, and its origin.

No weight is read before it is asked for: first come shapes and sizes, so that what does not fit is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from lm_core.config import ModelConfig
from lm_core.errors import ModelError
from lm_core.models.memory import estimate_reading_bytes
from lm_core.models.registry import build_model, count_parameters

Family = Literal["gpt2", "llama"]
Precision = Literal["float32", "float16", "bfloat16"]

CONTEXT = 512  # tokens that pages let a model see: attention's maps grow with their square
PRODUCTS_PER_SECOND = 3e10  # of one core, about: for times that are announced, not promised


@dataclass(frozen=True)
class Pretrained:
    """`read` gives one weight by our name, in our layout; `tokenizer` is a `tokenizer.json`, if there is one."""

    title: str
    source: str  # where it was found: a package, a file, a folder, an id
    licence: str  # as its makers say it; "" where they say nothing
    family: Family
    model: ModelConfig
    vocab_size: int
    trained_context: int  # tokens it saw at once when it was trained; `model.context_length` may be less
    precision: Precision  # in which its weights are kept here without losing what they say
    tokenizer: bytes | None
    read: Callable[[str], Tensor]

    @property
    def parameters(self) -> int:
        return count_parameters(self.model, self.vocab_size)["total"]

    @property
    def disk_bytes(self) -> int:
        return self.parameters * (4 if self.precision == "float32" else 2)

    @property
    def memory_bytes(self) -> int:
        """What having it open takes, and reading a text as long as its context."""
        return estimate_reading_bytes(self.model, self.vocab_size)

    @property
    def seconds_per_100_tokens(self) -> float:
        """How long reading takes about, on one core: a product and a sum for each weight and token."""
        return 2 * self.parameters * 100 / PRODUCTS_PER_SECOND


def expected_shapes(config: ModelConfig, vocab_size: int) -> dict[str, tuple[int, ...]]:
    """The shape of each weight by our names; the "meta" device knows it without taking memory."""
    with torch.device("meta"):
        model = build_model(config, vocab_size)
    return {name: tuple(weight.shape) for name, weight in model.named_parameters()}


def refused(why: str) -> ModelError:
    """The one sentence for every model that cannot be read."""
    return ModelError(
        f"This model cannot be read here: {why}. Choose one of GPT-2's or Llama's family, as Hugging Face keeps them."
    )
