"""A model and token ids in, logits and the sites that were asked for out, as tensors: how every method here begins."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from lm_core.errors import ConfigError
from lm_core.models.gpt import GPT
from lm_core.models.inference import reading
from lm_core.models.trace import UNTRACED, Edit, Trace

# B texts · T tokens · V vocabulary

MOST_LOGITS = 20_000_000  # of one pass: 80 MB

Ids = Sequence[int] | npt.NDArray[np.integer[Any]]


def as_batch(model: GPT, ids: Ids) -> Tensor:
    """(T,) ids of one text, or (B, T) of several -> (B, T) int64, where the model is.

    Raises:
        ConfigError: the text is empty, longer than the model's context, or has ids that the model does not know.
    """
    batch = torch.as_tensor(np.asarray(ids, dtype=np.int64))
    batch = batch[None] if batch.dim() == 1 else batch
    longest = model.config.context_length
    if not 1 <= batch.size(1) <= longest:
        raise ConfigError(f"The text has {batch.size(1)} tokens; this model reads 1 to {longest} at once. Change it.")
    if int(batch.min()) < 0 or int(batch.max()) >= model.vocab_size:
        raise ConfigError(f"This model knows the ids 0 to {model.vocab_size - 1}. Encode the text with its tokenizer.")
    return batch.to(model.embed.weight.device)


def run_traced(
    model: GPT, ids: Ids, *, keep: Callable[[str], bool] | None = None, edits: Mapping[str, Edit] | None = None
) -> tuple[Tensor, dict[str, Tensor]]:
    """One forward pass without gradients -> logits (B, T, V) and what `keep` names, by site; `edits` as in `Trace`.

    Raises:
        ConfigError: as `as_batch`.
    """
    batch = as_batch(model, ids)
    trace = Trace(keep or _nothing, edits) if keep or edits else UNTRACED
    with reading(model):
        logits = model(batch, trace=trace)
    return logits, trace.activations if isinstance(trace, Trace) else {}


def in_batches(model: GPT, rows: Sequence[int], n_tokens: int) -> Iterator[Sequence[int]]:
    """Rows in groups of as many copies of a text as keep the logits of one pass below MOST_LOGITS numbers."""
    size = max(1, MOST_LOGITS // (n_tokens * model.vocab_size))
    return (rows[start : start + size] for start in range(0, len(rows), size))


def need_layer(model: GPT, layer: int, head: int | None = None) -> None:
    """Do nothing where the model has such a layer, and such a head in it; both count from 0.

    Raises:
        ConfigError: it has not.
    """
    layers, heads = model.config.n_layers, model.config.n_heads
    if not 0 <= layer < layers or (head is not None and not 0 <= head < heads):
        raise ConfigError(f"This model has {layers} layers of {heads} heads. Choose one of them.")


def _nothing(site: str) -> bool:
    return False
