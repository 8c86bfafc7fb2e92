"""A model and a prompt in, one new token after another out, each with everything that led to it.

prompt ──> logits of the last token ──> penalties, temperature, filters, draw ──> token ──┐
  ^───────────────────────────────────────────────────────────────────────────────────────┘
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from lm_core.config import SamplingConfig
from lm_core.errors import ConfigError
from lm_core.generation.sampling import Candidate, candidates, distribution, draw, entropy_bits
from lm_core.models.cache import KVCache
from lm_core.models.gpt import GPT
from lm_core.models.inference import reading
from lm_core.models.trace import UNTRACED, Trace

# V vocabulary · L layers · H heads · S tokens in the window

SHOWN_CANDIDATES = 20


@dataclass(frozen=True)
class DecodeStep:
    """One new token: `position` counts from 0 at the start of the prompt.

    u             the number in [0, 1) that chose it
    logits        (V,) float32, as the model gave them
    candidates    most likely first, at most 20, the chosen one among them
    entropy_bits  of the final probabilities
    attention     (L, H, S) float32: where the newest token in the window looked while this one was being guessed; the
                  last column is that token's own, at `position` - 1, and the window begins at `position` - S
    """

    position: int
    token_id: int
    u: float
    logits: npt.NDArray[np.float32]
    candidates: tuple[Candidate, ...]
    entropy_bits: float
    attention: npt.NDArray[np.float32] | None


def generate(
    model: GPT,
    prompt_ids: Sequence[int],
    sampling: SamplingConfig,
    *,
    n_tokens: int,
    use_cache: bool = True,
    keep_attention: bool = False,
) -> Iterator[DecodeStep]:
    """Continue the prompt by `n_tokens`; equal arguments give equal tokens, with the cache or without.

    A model without a causal mask always does without: every new token changes what the earlier ones came to.

    Raises:
        ConfigError: the prompt is empty, or has an id that the model does not know.
    """
    ids = list(prompt_ids)
    _check_prompt(ids, model.vocab_size)
    random = np.random.default_rng(sampling.seed)
    reader = Reader(model, use_cache=use_cache, keep_attention=keep_attention)
    for _ in range(n_tokens):
        logits, attention = reader.read(ids)
        u = float(random.random())
        stages = distribution(logits, sampling, seen=ids)
        token_id = draw(stages.final, u)
        yield DecodeStep(
            position=len(ids),
            token_id=token_id,
            u=u,
            logits=logits,
            candidates=candidates(logits, stages, token_id, SHOWN_CANDIDATES),
            entropy_bits=entropy_bits(stages.final),
            attention=attention,
        )
        ids.append(token_id)


def window_start(n_tokens: int, context_length: int) -> int:
    """Where the window begins that predicts the token after `n_tokens`: it slides by a quarter whenever it is full.

    Sliding moves every token to a new position, so a cache must be filled again. Sliding by a quarter makes that rare
    and keeps at least three quarters of the context in view.

        context_length 8:  8 tokens -> 0 (full),  9 -> 2,  10 -> 2 (full),  11 -> 4
    """
    stride = max(1, context_length // 4)
    beyond = max(0, n_tokens - context_length)
    return -(-beyond // stride) * stride  # rounded up to whole strides


class Reader:
    """Feeds a growing text to a model, only what is new if there is a cache, and hands back the last token's view."""

    def __init__(self, model: GPT, *, use_cache: bool, keep_attention: bool) -> None:
        self._model = model
        self._device = model.embed.weight.device
        self._cache = KVCache(model.config, 1, self._device) if use_cache and model.config.causal else None
        self._keep_attention = keep_attention
        self._start = 0

    def read(self, ids: Sequence[int]) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32] | None]:
        """All ids so far -> logits (V,) of the next token, and attention (L, H, S) if kept."""
        trace = Trace(keep=lambda site: site.endswith("attn.pattern")) if self._keep_attention else UNTRACED
        with reading(self._model):
            new = torch.tensor([self._unread(ids)], device=self._device)  # (1, T)
            logits = self._model(new, cache=self._cache, trace=trace)[0, -1]  # (V,)
        if isinstance(trace, Trace):
            rows = [pattern[0, :, -1] for pattern in trace.activations.values()]  # L of (H, S)
            return logits.numpy(force=True), torch.stack(rows).numpy(force=True)
        return logits.numpy(force=True), None

    def _unread(self, ids: Sequence[int]) -> Sequence[int]:
        """The part of the window that the cache does not hold; all of it after a slide, or without a cache."""
        start = window_start(len(ids), self._model.config.context_length)
        if self._cache is None:
            return ids[start:]
        if start != self._start:
            self._cache.clear()
            self._start = start
        return ids[start + self._cache.length :]


def _check_prompt(ids: Sequence[int], vocab_size: int) -> None:
    if not ids:
        raise ConfigError("There is no prompt to continue. Give at least one token to start from.")
    unknown = next((token_id for token_id in ids if not 0 <= token_id < vocab_size), None)
    if unknown is not None:
        raise ConfigError(f"The prompt has the token id {unknown}, and this model knows the ids 0 to {vocab_size - 1}.")
