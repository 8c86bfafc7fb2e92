"""A configuration in, the model that it describes, or the size that it would have, out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import torch
from torch import Tensor

from lm_core.config import ModelConfig
from lm_core.models.count_model import CountModel
from lm_core.models.gpt import GPT

ARCHITECTURES: dict[str, type[GPT]] = {
    "decoder": GPT,
}
LanguageModel: TypeAlias = GPT | CountModel  # ids in, logits out, and nothing else in common

PARTS = ("embedding", "positions", "attention", "mlp", "norms", "head")

_PART_OF = {
    "embed": "embedding",
    "token_shift": "embedding",
    "positions": "positions",
    "attn": "attention",
    "mlp": "mlp",
    "head": "head",
}


def build_model(config: ModelConfig, vocab_size: int) -> GPT:
    """A model with fresh weights drawn from torch's generator: call `torch.manual_seed` before."""
    return ARCHITECTURES[config.architecture](config, vocab_size)


def new_model(config: ModelConfig, vocab_size: int) -> LanguageModel:
    """The same of either kind; one that counts has counted nothing yet."""
    return CountModel(config, vocab_size) if config.architecture == "counts" else build_model(config, vocab_size)


def assemble_model(config: ModelConfig, vocab_size: int, weights: Mapping[str, Tensor]) -> GPT:
    """A model in eval mode whose weights are these tensors themselves, not copies; none are drawn for it before."""
    with torch.device("meta"):
        model = build_model(config, vocab_size)
    model.load_state_dict(weights, strict=True, assign=True)
    return model.eval()


def maps_of(config: ModelConfig) -> tuple[int, int]:
    """Layers, and attention heads in each; a model that counts has none."""
    return (0, 0) if config.architecture == "counts" else (config.n_layers, config.n_heads)


def count_parameters(config: ModelConfig, vocab_size: int) -> dict[str, int]:
    """How many numbers the model learns, by part and in "total"; a tied head counts under "embedding" alone.

    One block is built on torch's "meta" device, which knows shapes but holds no numbers, and counted for all of them:
    any size is quick. A model that counts learns no numbers; its tables are as long as the text asks for.
    """
    if config.architecture == "counts":
        return {**dict.fromkeys(PARTS, 0), "total": 0}
    with torch.device("meta"):
        model = build_model(config.model_copy(update={"n_layers": 1}), vocab_size)
    counts = dict.fromkeys(PARTS, 0)
    for name, weight in model.named_parameters():
        counts[_part(name)] += weight.numel() * (config.n_layers if name.startswith("blocks.") else 1)
    return {**counts, "total": sum(counts.values())}


def _part(name: str) -> str:
    """'blocks.0.attn.q.weight' -> 'attention'; what is in no other part is a norm."""
    return next((_PART_OF[piece] for piece in name.split(".") if piece in _PART_OF), "norms")
