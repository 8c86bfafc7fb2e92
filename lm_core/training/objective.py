"""The model's scores and the tokens that really came next in, the loss out."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor

# B batch · T tokens · V vocabulary


def next_token_loss(logits: Tensor, targets: Tensor) -> Tensor:
    """Mean surprise, -ln p(token that came), in nats per token: logits (B, T, V), targets (B, T) -> a scalar.

    This is the cross-entropy of the model's guesses; a model that knows nothing scores ln V.
    """
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten())
