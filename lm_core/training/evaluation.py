"""A model and windows of unseen text in, its loss out."""

from __future__ import annotations

import math
from collections.abc import Iterable

from lm_core.data.batches import Batch
from lm_core.models.inference import reading
from lm_core.models.registry import LanguageModel
from lm_core.training.objective import next_token_loss


def evaluate(model: LanguageModel, windows: Iterable[Batch]) -> float:
    """Mean loss over all targets of all windows, in nats per token; nan without any window."""
    total, n_tokens = 0.0, 0
    with reading(model):
        for batch in windows:
            total += float(next_token_loss(model(batch.inputs), batch.targets)) * batch.targets.numel()
            n_tokens += batch.targets.numel()
    return total / n_tokens if n_tokens else math.nan


def bits_per_byte(nats_per_token: float, n_tokens: int, n_bytes: int) -> float:
    """The same loss per byte of text instead of per token, which compares models with different tokenizers.

    (1.5 nats/token, 1000 tokens, 2000 bytes) -> 1.5 / ln 2 · 1000 / 2000 = 1.08 bits/byte
    """
    return nats_per_token / math.log(2) * n_tokens / n_bytes
