"""Growing texts in, a model's view of what comes next out, again and again; only what is new is read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from lm_core.errors import ConfigError
from lm_core.models.cache import KVCache
from lm_core.models.count_model import CountModel
from lm_core.models.gpt import GPT
from lm_core.models.inference import reading
from lm_core.models.registry import LanguageModel
from lm_core.models.trace import UNTRACED, Untraced

# B texts · V vocabulary · L layers · H heads · S tokens in the window


class View(NamedTuple):
    """What the model makes of a text's end.

    logits     (V,) float32 for the next token; (B, V) of texts side by side
    attention  (L, H, S) float32: where the last token looked, the last column being its own; None unless kept;
               (L, B, H, S) of texts side by side
    """

    logits: npt.NDArray[np.float32]
    attention: npt.NDArray[np.float32] | None


def window_start(n_tokens: int, context_length: int) -> int:
    """Where the window begins that predicts the token after `n_tokens`: it slides by a quarter whenever it is full.

    Sliding moves every token to a new position, so a cache must be filled again. Sliding by a quarter makes that rare
    and keeps at least three quarters of the context in view.

        context_length 8:  8 tokens -> 0 (full),  9 -> 2,  10 -> 2 (full),  11 -> 4
    """
    stride = max(1, context_length // 4)
    beyond = max(0, n_tokens - context_length)
    return -(-beyond // stride) * stride  # rounded up to whole strides


class LastRows(Untraced):
    """A trace of the last row of each layer's attention pattern alone, (B, H, S), hardly slower than none."""

    def __init__(self) -> None:
        self.kept: list[Tensor] = []

    def wants(self, site: str) -> bool:
        return site == "pattern"

    def __call__(self, site: str, x: Tensor) -> Tensor:
        if site == "pattern":
            self.kept.append(x[:, :, -1])
        return x


class Reader:
    """Reads a text, or up to `n_texts` of one length. Without a causal mask all is read anew each time; a model that
    counts looks at the last few tokens alone, and has no attention to keep.
    """

    def __init__(
        self, model: LanguageModel, *, use_cache: bool = True, keep_attention: bool = False, n_texts: int = 1
    ) -> None:
        self._model = model
        self._cache = None
        if isinstance(model, GPT) and use_cache and model.config.causal:
            self._cache = KVCache(model.config, n_texts, model.device)
        self._keep_attention = keep_attention
        self._start = 0

    @property
    def cache(self) -> KVCache | None:
        """What it keeps of the tokens that it has read; None where it reads all of them each time."""
        return self._cache

    def read(self, ids: Sequence[int]) -> View:
        """All ids of one text so far, which must go on from those read before."""
        logits, attention = self.read_side_by_side([ids])
        return View(logits[0], None if attention is None else attention[:, 0])

    def read_side_by_side(self, texts: Sequence[Sequence[int]]) -> View:
        """The same for several texts of one length."""
        if isinstance(self._model, CountModel):
            back = max(1, self._model.config.order - 1)
            return View(self._model(torch.tensor([list(ids[-back:]) for ids in texts]))[:, -1].numpy(), None)
        rows = LastRows() if self._keep_attention else None
        with reading(self._model):
            new = torch.tensor(self._unread(texts), device=self._model.device)  # (B, T)
            logits = self._model(new, cache=self._cache, trace=rows or UNTRACED)[:, -1]  # (B, V)
        attention = None if rows is None else torch.stack(rows.kept).numpy(force=True)
        return View(logits.numpy(force=True), attention)

    def go_on_with(self, rows: Sequence[int]) -> None:
        """The next texts continue these of the last ones, in this order: (2, 0, 0) drops text 1 and doubles text 0."""
        if self._cache is not None:
            self._cache.select(rows)

    def _unread(self, texts: Sequence[Sequence[int]]) -> list[Sequence[int]]:
        """The part of the window that the cache does not hold; all of it after a slide, or without a cache."""
        start = window_start(len(texts[0]), self._model.config.context_length)
        if self._cache is None:
            return [ids[start:] for ids in texts]
        if start != self._start:
            self._cache.clear()
            self._start = start
        return [ids[start + self._cache.length :] for ids in texts]


def check_prompt(ids: Sequence[int], vocab_size: int) -> None:
    """Refuse a prompt that cannot be gone on from.

    Raises:
        ConfigError: it is empty, or has an id that the model does not know.
    """
    if not ids:
        raise ConfigError("There is no prompt to continue. Give at least one token to start from.")
    unknown = next((token_id for token_id in ids if not 0 <= token_id < vocab_size), None)
    if unknown is not None:
        raise ConfigError(f"The prompt has the token id {unknown}, and this model knows the ids 0 to {vocab_size - 1}.")
