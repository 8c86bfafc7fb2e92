"""A model in, the same model ready to be read rather than trained out: no dropout, no gradients, then as before."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn


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
