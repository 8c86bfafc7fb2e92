"""Token ids in, a score for every possible next token out: the decoder-only Transformer.

ids ──> embed (+ shift, positions) ──> Block ──> Block ──> … ──> ln_final ──> head ──> logits
                                  │
          ┌───────────────────────┴──────────────────────────┐
          x ──┬── ln1 ── attn ──┬── + ──┬── ln2 ── mlp ──┬── + ──> x
              └─────────────────┘       └────────────────┘
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lm_core.config import ModelConfig
from lm_core.models.attention import Attention
from lm_core.models.cache import KVCache
from lm_core.models.layers import MLP, TokenShift, make_norm, sinusoidal_table
from lm_core.models.trace import UNTRACED, AnyTrace

# B batch · T tokens · C = d_model · V vocabulary


def make_table(n_rows: int, width: int) -> nn.Embedding:
    """A lookup table still without numbers: `initialise` draws them, once."""
    empty = torch.empty(n_rows, width)
    table: nn.Embedding = nn.Embedding.from_pretrained(empty, freeze=False)  # type: ignore[no-untyped-call]
    return table


class Block(nn.Module):
    """Tokens talk (attention), then each thinks (MLP), and both add to the residual stream."""

    def __init__(self, config: ModelConfig, layer: int) -> None:
        super().__init__()
        self.ln1 = make_norm(config)
        self.attn = Attention(config, layer)
        self.ln2 = make_norm(config)
        self.mlp = MLP(config)
        self.residual = config.residual

    def forward(self, x: Tensor, *, cache: KVCache | None = None, trace: AnyTrace = UNTRACED) -> Tensor:
        x = trace("resid_pre", x)  # (B, T, C), as every line below
        attn_out = self.attn(trace("ln1", self.ln1(x)), cache=cache, trace=trace.scope("attn"))
        x = trace("resid_mid", self._on(x, trace("attn_out", attn_out)))
        mlp_out = self.mlp(trace("ln2", self.ln2(x)), trace=trace)
        return trace("resid_post", self._on(x, trace("mlp_out", mlp_out)))

    def _on(self, stream: Tensor, found: Tensor) -> Tensor:
        """What goes on: the stream with what was found added (He et al. 2016), or, broken on purpose, that alone."""
        return stream + found if self.residual else found


def initialise(model: nn.Module, config: ModelConfig) -> None:
    """Draw the first weights from torch's generator, which the caller has seeded.

    embed, positions   normal, 1              as long as a normed vector, so that no block's first steps drown it
      when tied        normal, 0.02           the table is the head as well (GPT-2)
    head               normal, 0.02           the first guess is near uniform, the loss near ln V (GPT-2)
    q, k, v, up, gate  normal, 1/sqrt(C)      keeps the size of what it reads, whatever the width (LeCun et al. 1998)
      with init gpt2   normal, 0.02           made for widths near 2500: a narrow model starts half asleep (GPT-2)
    o, down            normal, 0.02/sqrt(2L)  2L branches add to the stream: start each small (GPT-2, section 2.3)
      with zero_init   0                      or silent: a fresh block hands on what it gets (Zhang et al. 2019, Fixup)
    biases             0                      nothing is favoured yet
    norms, shares      1 (and 0)              as made
    """
    deviations = {
        **dict.fromkeys(("embed", "positions"), 0.02 if config.tie_embeddings else 1.0),
        "head": 0.02,
        **dict.fromkeys(
            ("q", "k", "v", "up", "gate"), 0.02 if config.init == "gpt2" else 1 / math.sqrt(config.d_model)
        ),
        **dict.fromkeys(("o", "down"), 0.0 if config.zero_init else 0.02 / math.sqrt(2 * config.n_layers)),
    }
    for name, weight in model.named_parameters():
        *_blocks, part, kind = name.split(".")  # "blocks.0.attn.q.weight" -> "q", "weight"
        if weight.is_meta or part not in deviations:  # on the "meta" device a model has shapes and no numbers
            continue
        torch.nn.init.normal_(weight, std=0.0 if kind == "bias" else deviations[part])


class GPT(nn.Module):
    """A stack of blocks between an embedding and a head (Radford et al. 2018, 2019)."""

    sinusoids: Tensor

    def __init__(self, config: ModelConfig, vocab_size: int) -> None:
        super().__init__()
        self.config = config
        self.vocab_size = vocab_size
        self.embed = make_table(vocab_size, config.d_model)
        self.token_shift = TokenShift(config) if config.token_shift else None
        self.positions = make_table(config.context_length, config.d_model) if config.positions == "learned" else None
        if config.positions == "sinusoidal":
            self.register_buffer("sinusoids", sinusoidal_table(config.context_length, config.d_model), persistent=False)
        self.blocks = nn.ModuleList(Block(config, layer) for layer in range(config.n_layers))
        self.ln_final = make_norm(config)
        self.head = None if config.tie_embeddings else nn.Linear(config.d_model, vocab_size, bias=False)
        initialise(self, config)

    @property
    def device(self) -> torch.device:
        """Where its weights are, and its ids must be."""
        return self.embed.weight.device

    def forward(self, ids: Tensor, *, cache: KVCache | None = None, trace: AnyTrace = UNTRACED) -> Tensor:
        """ids (B, T) int64 -> logits (B, T, V). With a cache, `ids` follow the tokens already in it.

        Only a causal model may use a cache: where later tokens are seen, they change what was computed before.
        """
        assert cache is None or self.config.causal, "a model without a causal mask cannot use a cache"
        start = cache.length if cache is not None else 0
        end = start + ids.size(1)
        assert end <= self.config.context_length, f"{end} tokens exceed the context of {self.config.context_length}"
        x = trace("embed", self.embed(ids))  # (B, T, C)
        if self.token_shift is not None:
            x = x + trace("token_shift", self._shifted(x, cache))
        if self.config.positions in ("learned", "sinusoidal"):
            x = x + trace("pos_embed", self._position_vectors(start, end).to(x.dtype))  # (T, C)
        x = F.dropout(x, self.config.dropout, self.training)
        for layer, block in enumerate(self.blocks):
            x = block(x, cache=cache, trace=trace.scope(f"blocks.{layer}"))
        if cache is not None:
            cache.advance(ids.size(1))
        x = trace("ln_final", self.ln_final(x))
        return trace("logits", F.linear(x, self._head_weight()))  # (B, T, V)

    def _shifted(self, x: Tensor, cache: KVCache | None) -> Tensor:
        """What the tokens before these add to them; a cache remembers which embedding came last."""
        assert self.token_shift is not None
        before = cache.last_embedding if cache is not None else None
        if cache is not None:
            cache.last_embedding = x[:, -1:]
        shifted: Tensor = self.token_shift(x, before)  # (B, T, C)
        return shifted

    def _position_vectors(self, start: int, end: int) -> Tensor:
        table = self.positions.weight if self.positions is not None else self.sinusoids
        return table[start:end]

    def _head_weight(self) -> Tensor:
        """(V, C). Tied: the table that reads a token also scores it (Press & Wolf 2017)."""
        return self.embed.weight if self.head is None else self.head.weight
