"""The keys and values of tokens already read in, all keys and values so far out: what makes generation quick.

A token's keys and values never change once it is read (later tokens cannot be seen), so they are computed once:

    read "the cat"        keys  the cat · · · ·      length 2
    read "sat"            keys  the cat sat · · ·    length 3: one token's work instead of three

Without a causal mask that is not so, and there can be no cache.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from lm_core.config import ModelConfig

# B batch · L layers · K key-value heads · T new tokens · S tokens so far · D width of a head


class KVCache:
    """Room for `context_length` tokens of each text, taken once; `length` says how many are in."""

    def __init__(self, config: ModelConfig, batch_size: int, device: torch.device | str = "cpu") -> None:
        room = (config.n_layers, batch_size, config.kv_heads, config.context_length, config.d_head)
        self.length = 0
        self.last_embedding: Tensor | None = None  # (B, 1, C) of the newest token, which a token shift adds to the next
        self._keys = torch.zeros(room, device=device)  # (L, B, K, context_length, D)
        self._values = torch.zeros(room, device=device)

    @property
    def capacity(self) -> int:
        return self._keys.size(3)

    def filled(self) -> tuple[Tensor, Tensor]:
        """The keys and the values of all tokens that are in, (L, B, K, length, D) each: views, not copies."""
        return self._keys[:, :, :, : self.length], self._values[:, :, :, : self.length]

    def append(self, layer: int, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        """New keys and values (B, K, T, D) of one layer -> all of this layer so far (B, K, S, D), twice.

        B may be less than the room: the texts are the first B rows.
        """
        n_texts, end = k.size(0), self.length + k.size(2)
        assert end <= self.capacity, f"{end} tokens do not fit a cache of {self.capacity}"
        keys, values = self._keys[layer, :n_texts], self._values[layer, :n_texts]
        keys[:, :, self.length : end], values[:, :, self.length : end] = k, v
        return keys[:, :, :end], values[:, :, :end]

    def advance(self, n_tokens: int) -> None:
        """Every layer has appended its part of these tokens."""
        self.length += n_tokens

    def select(self, rows: Sequence[int]) -> None:
        """Go on with these texts in this order: (2, 0, 0) forgets text 1 and holds text 0 twice."""
        for all_of in (self._keys, self._values):
            filled = all_of[:, :, :, : self.length]
            filled[:, : len(rows)] = filled[:, list(rows)]
        if self.last_embedding is not None:
            self.last_embedding = self.last_embedding[list(rows)]

    def clear(self) -> None:
        """Forget all tokens; the room stays."""
        self.length, self.last_embedding = 0, None
