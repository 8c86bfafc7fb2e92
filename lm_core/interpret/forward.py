"""A model and token ids in, logits and the sites that were asked for out, as tensors: how every method here begins."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from lm_core.errors import ConfigError
from lm_core.models.cache import KVCache
from lm_core.models.gpt import GPT, Block
from lm_core.models.inference import reading
from lm_core.models.registry import LanguageModel
from lm_core.models.trace import UNTRACED, Edit, Trace

# B texts · T tokens · V vocabulary

MOST_LOGITS = 20_000_000  # of one pass: 80 MB
MOST_INSIDE = 4_000_000  # numbers of the widest tensor inside a block

Ids = Sequence[int] | npt.NDArray[np.integer[Any]]


def as_batch(model: LanguageModel, ids: Ids) -> Tensor:
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
    return batch.to(model.device)


def run_traced(
    model: LanguageModel,
    ids: Ids,
    *,
    keep: Callable[[str], bool] | None = None,
    edits: Mapping[str, Edit] | None = None,
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


def go_on_from(
    model: GPT,
    layer: int,
    stream: Tensor,
    edits: Mapping[str, Edit] | None = None,
    cache: KVCache | None = None,
) -> Tensor:
    """(B, T, C) that block `layer` reads -> (B, T, C) that the head reads; `edits` of sites from that block on.

    What lies below need not be worked out again where nothing is changed there, nor, with a `cache` of them, the tokens
    before; the cache does not advance.
    """
    trace = Trace(_nothing, edits) if edits else UNTRACED
    with reading(model):
        for at in range(layer, model.config.n_layers):
            stream = model.blocks[at](stream, cache=cache, trace=trace.scope(f"blocks.{at}"))
        normed: Tensor = trace("ln_final", model.ln_final(stream))
    return normed


def head_of(model: GPT) -> Tensor:
    """(V, C): the rows that score tokens."""
    return model.embed.weight if model.head is None else model.head.weight


def in_batches(model: GPT, rows: Sequence[int], n_tokens: int, *, scored: bool = True) -> Iterator[Sequence[int]]:
    """Rows in groups of as many copies of a text as keep the logits of one pass below MOST_LOGITS numbers; where only a
    few of them are `scored`, the widest tensor of a block below MOST_INSIDE.
    """
    config, first = model.config, model.blocks[0]
    assert isinstance(first, Block)
    inside = max(first.mlp.up.out_features, config.n_heads * n_tokens)
    most, each = (MOST_LOGITS, model.vocab_size) if scored else (MOST_INSIDE, inside)
    size = max(1, most // (n_tokens * each))
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
