"""Token ids in, a score for every possible next token out: a model that only counts, beside the Transformer.

    count(tokens)  ──>  keys_1, counts_1, keys_2, counts_2, …  ──>  Mixture  ──>  logits = log-probabilities

It looks back `order` - 1 tokens and has no weights: what it knows are its tables, which grow with the text it counted.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor, nn

from lm_core.config import ModelConfig
from lm_core.errors import RunError
from lm_core.models.counts import Mixture, grams, merged, refuse_if_keys_overflow
from lm_core.models.ngram import FloatArray, IntArray, SortedCounts, count
from lm_core.models.trace import UNTRACED, AnyTrace

# B batch · T tokens · V vocabulary

NUMBERS_AT_ONCE = 4_000_000


class CountModel(nn.Module):
    """What n-grams occurred how often, and the probabilities that a smoothing makes of it."""

    def __init__(self, config: ModelConfig, vocab_size: int) -> None:
        """It has counted nothing yet.

        Raises:
            ConfigError: n-grams of this order over this vocabulary do not fit into a number.
        """
        super().__init__()
        refuse_if_keys_overflow(config, vocab_size)
        self.config = config
        self.vocab_size = vocab_size
        for k in range(1, config.order + 1):
            for name in (f"keys_{k}", f"counts_{k}"):
                self.register_buffer(name, torch.zeros(0, dtype=torch.int64))
        self._mixture: Mixture | None = None

    @classmethod
    def of_mixture(cls, config: ModelConfig, mixture: Mixture) -> CountModel:
        """A model with the counts of this mixture, made by the same configuration."""
        model = cls(config, mixture.vocab_size)
        for k, table in enumerate(mixture.tables, start=1):
            model._set(k, table)
        model._mixture = mixture
        return model.eval()

    @property
    def tables(self) -> list[SortedCounts]:
        """The counts of 1-grams, 2-grams, …"""
        buffers = dict(self.named_buffers())
        names = range(1, self.config.order + 1)
        return [SortedCounts(buffers[f"keys_{k}"].numpy(), buffers[f"counts_{k}"].numpy()) for k in names]

    @property
    def device(self) -> torch.device:
        """Where its logits are: counting is done by NumPy."""
        return torch.device("cpu")

    @property
    def mixture(self) -> Mixture:
        """The counts as probabilities; worked out once, until more is counted."""
        if self._mixture is None:
            self._mixture = Mixture(self.tables, self.vocab_size, self.config.smoothing, self.config.added)
        return self._mixture

    def count(self, tokens: IntArray, first: int = 0) -> None:
        """Count every n-gram that ends in tokens[first:]; those before are their context, counted before."""
        for k, table in enumerate(self.tables, start=1):
            begin = max(0, first - k + 1)
            self._set(k, merged(table, count(grams(tokens[begin:], k, self.vocab_size))))

    def losses(self, tokens: IntArray, first: int = 0) -> FloatArray:
        """-ln P of each of tokens[first:], in nats, with all tokens of the row to look back on."""
        return -np.log(self.mixture.of_tokens(tokens, first))

    def forward(self, ids: Tensor, *, trace: AnyTrace = UNTRACED) -> Tensor:
        """(B, T) ids -> (B, T, V) ln P of what may follow each token, float32; inside there is nothing to trace."""
        windows = ids.numpy(force=True)
        logits = np.empty((*windows.shape, self.vocab_size), dtype=np.float32)
        at_once = max(1, NUMBERS_AT_ONCE // max(1, windows.shape[1] * self.vocab_size))
        for row in range(0, len(windows), at_once):
            logits[row : row + at_once] = np.log(self.mixture.after(windows[row : row + at_once]))
        return trace("logits", torch.from_numpy(logits))

    def load_tables(self, tensors: Mapping[str, Tensor]) -> None:
        """Take these tables for its own.

        Raises:
            RunError: they are not the counts of a model of this order and vocabulary; nothing has been changed then.
        """
        expected = dict(self.named_buffers())
        if tensors.keys() != expected.keys():
            raise RunError("These counts are those of a model of another order. Start a new run.")
        tables = [(tensors[f"keys_{k}"], tensors[f"counts_{k}"]) for k in range(1, self.config.order + 1)]
        if not all(self._are_counts(k, *table) for k, table in enumerate(tables, start=1)):
            raise RunError("The counts of this model are damaged. Start a new run.")
        for k, (keys, counts) in enumerate(tables, start=1):
            self._set(k, SortedCounts(keys.numpy(), counts.numpy()))

    def _are_counts(self, k: int, keys: Tensor, counts: Tensor) -> bool:
        """Ascending k-grams of this vocabulary, each with a count of at least 1."""
        if keys.dtype != torch.int64 or counts.dtype != torch.int64 or keys.ndim != 1 or keys.shape != counts.shape:
            return False
        if not len(keys):
            return True
        inside = int(keys[0]) >= 0 and int(keys[-1]) < self.vocab_size**k
        return inside and bool((keys[1:] > keys[:-1]).all()) and int(counts.min()) > 0

    def _set(self, k: int, table: SortedCounts) -> None:
        setattr(self, f"keys_{k}", torch.from_numpy(table.keys))
        setattr(self, f"counts_{k}", torch.from_numpy(table.counts))
        self._mixture = None
