"""Token vectors in, each token's mix of what it looked at in the tokens before it out: causal self-attention.

(With `causal` off a token looks at all tokens, later ones too: a mistake that is worth seeing.)

q = what a token looks for      scores = q·k / sqrt(D)           how well each earlier token fits
k = what a token offers         pattern = softmax(scores)        shares of attention, summing to 1
v = what a token hands over     z = pattern · v                  what it brings home
"""

from __future__ import annotations

import math
from functools import lru_cache

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lm_core.config import ModelConfig
from lm_core.models.cache import KVCache
from lm_core.models.layers import in_float32, rotary_tables, rotate, to_unit_scale
from lm_core.models.trace import UNTRACED, AnyTrace

# B batch · T query tokens · S tokens looked at (T, or more with a cache) · C = d_model
# H query heads · K key-value heads (K = H unless grouped) · D = d_head = C / H


def causal_mask(n_queries: int, n_keys: int, device: torch.device | None = None) -> Tensor:
    """(T, S), True where a query may look: at itself and before. The queries are the last T of S tokens.

    n_queries 2, n_keys 4  ->  1 1 1 0
                               1 1 1 1
    """
    return torch.ones(n_queries, n_keys, dtype=torch.bool, device=device).tril(n_keys - n_queries)


@lru_cache(maxsize=4)
def minus_infinity_ahead(n_queries: int, n_keys: int, dtype: torch.dtype, device: torch.device) -> Tensor:
    """(T, S): what is added to scores, 0 where a query may look and -inf at later tokens. All layers of a pass, and all
    passes over as many tokens, share it.
    """
    with torch.inference_mode(False):  # a pass that trains may use what one that only read has made
        return torch.full((n_queries, n_keys), -torch.inf, dtype=dtype, device=device).triu(n_keys - n_queries + 1)


WRITTEN_OUT = ("products", "scores", "masked", "pattern")  # sites that the fused kernel never has
FIRST_SHARPNESS = 10.0  # the score of a key that points where the query points (Liu et al. 2022, section 3.3)


class Attention(nn.Module):
    """Multi-head attention (Vaswani et al. 2017, section 3.2); with fewer key-value heads than query heads, grouped-
    query attention (Ainslie et al. 2023): H / K query heads share one key-value head.
    """

    cosines: Tensor
    sines: Tensor

    def __init__(self, config: ModelConfig, layer: int) -> None:
        super().__init__()
        self.layer = layer
        self.d_head = config.d_head
        self.kv_heads = config.kv_heads
        self.queries_per_key = config.n_heads // config.kv_heads
        self.qk_norm = config.qk_norm
        self.rotary = config.positions == "rotary"
        self.causal = config.causal
        self.divisor = math.sqrt(config.d_head) if config.scale_scores else 1.0
        self.dropout = config.dropout
        self.q = nn.Linear(config.d_model, config.n_heads * config.d_head, bias=config.bias)
        self.k = nn.Linear(config.d_model, config.kv_heads * config.d_head, bias=config.bias)
        self.v = nn.Linear(config.d_model, config.kv_heads * config.d_head, bias=config.bias)
        self.o = nn.Linear(config.n_heads * config.d_head, config.d_model, bias=config.bias)
        self.gain: nn.Parameter | None = None
        if config.qk_gain:
            self.gain = nn.Parameter(torch.full((config.n_heads,), FIRST_SHARPNESS / math.sqrt(config.d_head)))
        if self.rotary:
            cosines, sines = rotary_tables(config.context_length, config.d_head, config.rotary_base)
            self.register_buffer("cosines", cosines, persistent=False)
            self.register_buffer("sines", sines, persistent=False)

    def forward(self, x: Tensor, *, cache: KVCache | None = None, trace: AnyTrace = UNTRACED) -> Tensor:
        q, k, v = self._project(x, cache.length if cache is not None else 0, trace)  # (B, H, T, D), (B, K, T, D) x 2
        q, k, v = trace("q", q), trace("k", k), trace("v", v)  # as they are compared: already turned
        if cache is not None:
            k, v = cache.append(self.layer, k, v)  # (B, K, S, D)
        k, v = self._shared(k), self._shared(v)  # (B, H, S, D)
        # In bfloat16 the fused kernel's way back takes five times as long on a processor as the arithmetic itself.
        if any(map(trace.wants, WRITTEN_OUT)) or q.dtype == torch.bfloat16:
            z = self._written_out(q, k, v, trace)
        else:
            z = self._fused(q, k, v)
        z = trace("z", z)  # (B, H, T, D)
        return F.dropout(self.o(z.transpose(1, 2).flatten(2)), self.dropout, self.training)  # (B, T, C)

    def _project(self, x: Tensor, start: int, trace: AnyTrace = UNTRACED) -> tuple[Tensor, Tensor, Tensor]:
        """(B, T, C) -> q (B, H, T, D), k and v (B, K, T, D). The first of the T tokens stands at position `start`."""
        heads = trace("heads", self._all_three(x).view(*x.shape[:2], -1, self.d_head))  # (B, T, H + 2K, D)
        qk, v = torch.split(heads, [heads.size(2) - self.kv_heads, self.kv_heads], dim=2)
        qk = in_float32(qk)
        if self.qk_norm:  # only directions are compared, so no score is beyond ±sqrt(D) (Henry et al. 2020) …
            qk = trace("normed", to_unit_scale(qk))  # (B, T, H + K, D)
        if self.rotary:
            here = slice(start, start + x.size(1))
            qk = trace("turned", rotate(qk, self.cosines[here, None], self.sines[here, None]))
        q, k = qk[:, :, : -self.kv_heads], qk[:, :, -self.kv_heads :]  # (B, T, H, D), (B, T, K, D)
        if self.gain is not None:  # … until each head learns how far beyond
            q = q * self.gain[:, None]
        q, k, v = (part.to(v.dtype).transpose(1, 2) for part in (q, k, v))
        return q, k, v

    def _all_three(self, x: Tensor) -> Tensor:
        """q, k and v side by side. One product of the joined matrices is quicker than three, unless joining them takes
        longer than it saves: for a single token, and where the matrices are laid out for single tokens.
        """
        if x.size(1) == 1 or not self.q.weight.is_contiguous():
            return torch.cat((self.q(x), self.k(x), self.v(x)), dim=-1)
        bias = None if self.q.bias is None else torch.cat((self.q.bias, self.k.bias, self.v.bias))
        return F.linear(x, torch.cat((self.q.weight, self.k.weight, self.v.weight)), bias)

    def _written_out(self, q: Tensor, k: Tensor, v: Tensor, trace: AnyTrace) -> Tensor:
        """The arithmetic step by step, each step on show."""
        products = trace("products", q @ k.transpose(-2, -1))  # (B, H, T, S)
        scores = trace("scores", products / self.divisor)
        visible = scores
        if self.causal:
            n_queries, n_keys = scores.shape[-2:]
            if n_queries > 1:  # the last token sees all
                later = minus_infinity_ahead(n_queries, n_keys, scores.dtype, scores.device)
                visible = scores + later  # (T, S) for all heads alike
            visible = trace("masked", visible)
        pattern = trace("pattern", visible.softmax(dim=-1))  # rows sum to 1
        return F.dropout(pattern, self.dropout, self.training) @ v  # (B, H, T, D)

    def _fused(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        """The same result in one call that never stores the (T, S) pattern (Dao et al. 2022)."""
        square = q.size(2) == k.size(2)
        all_seen = square or q.size(2) == 1 or not self.causal
        return F.scaled_dot_product_attention(
            q, k, v,
            attn_mask=None if all_seen else causal_mask(q.size(2), k.size(2), q.device),
            is_causal=square and self.causal,
            dropout_p=self.dropout if self.training else 0.0,
            scale=1 / self.divisor,
        )  # fmt: skip

    def _shared(self, x: Tensor) -> Tensor:
        """Give each group of query heads its key-value head: (B, K, S, D) -> (B, H, S, D)."""
        return x if self.queries_per_key == 1 else x.repeat_interleave(self.queries_per_key, dim=1)
