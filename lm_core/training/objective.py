"""The model's scores and the tokens that really came next in, the loss out."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

# B batch · T tokens · V vocabulary


def next_token_loss(logits: Tensor, targets: Tensor) -> Tensor:
    """Mean surprise, -ln p(token that came), in nats per token: logits (B, T, V), targets (B, T) -> a scalar.

    This is the cross-entropy of the model's guesses; a model that knows nothing scores ln V.
    """
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten())


def cross_entropy_slope(
    logits: Sequence[float], truth: Sequence[float], *, smoothing: float = 0.0, temperature: float = 1.0
) -> tuple[float, list[float]]:
    """H(p, q) in nats and its gradient in the logits (V,), by autograd in float64; `truth` (V,) adds up to 1.

    q = softmax(logits / temperature). Label smoothing mixes the truth with the even distribution, p = (1 - smoothing) *
    truth + smoothing / V (Szegedy et al. 2016, "Rethinking the Inception Architecture", section 7). The gradient is
    (q - p) / temperature: of one certain token, softmax(logits) - onehot.
    """
    z = torch.tensor(logits, dtype=torch.float64, requires_grad=True)
    p = torch.tensor(truth, dtype=torch.float64)
    loss = F.cross_entropy(z / temperature, p, label_smoothing=smoothing)
    (slope,) = torch.autograd.grad(loss, z)
    return float(loss.detach()), slope.tolist()
