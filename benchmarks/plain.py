"""The modern recipe's model as most people would write it: torch.nn modules, one line of the formula a line of code.

It is what `benchmarks.training` measures ours against, so it must be the same function: the same parts, shapes and
number of weights (a test compares the logits on equal weights).
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lm_core.config import ModelConfig

# B batch · T tokens · C = d_model · H heads · D = C / H


class PlainAttention(nn.Module):
    """Causal self-attention with rotary positions and queries and keys of one length, and a gain per head."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.n_heads, self.d_head = config.n_heads, config.d_head
        self.q, self.k, self.v, self.o = (nn.Linear(config.d_model, config.d_model, bias=False) for _ in range(4))
        self.same_length = nn.RMSNorm(config.d_head, eps=1e-5, elementwise_affine=False)
        self.gain = nn.Parameter(torch.full((config.n_heads, 1, 1), 10 / config.d_head**0.5))
        turns = config.rotary_base ** (-torch.arange(0, config.d_head, 2) / config.d_head)
        angles = torch.arange(config.context_length)[:, None] * turns  # (T, D / 2)
        self.register_buffer("cosines", angles.cos())
        self.register_buffer("sines", angles.sin())

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = (self.heads(part(x)) for part in (self.q, self.k, self.v))  # (B, H, T, D)
        q, k = self.gain * self.rotate(self.same_length(q)), self.rotate(self.same_length(k))
        z = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.o(z.transpose(1, 2).flatten(2))

    def heads(self, x: Tensor) -> Tensor:
        return x.unflatten(-1, (self.n_heads, self.d_head)).transpose(1, 2)

    def rotate(self, x: Tensor) -> Tensor:
        a, b = x.chunk(2, dim=-1)
        return torch.cat((a * self.cosines - b * self.sines, b * self.cosines + a * self.sines), dim=-1)


class PlainBlock(nn.Module):
    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.ln1, self.ln2 = (nn.RMSNorm(config.d_model, eps=1e-5) for _ in range(2))
        self.attn = PlainAttention(config)
        self.up = nn.Linear(config.d_model, config.mlp_width, bias=False)
        self.down = nn.Linear(config.mlp_width, config.d_model, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attn(self.ln1(x))
        return x + self.down(F.relu(self.up(self.ln2(x))).square())


class PlainGPT(nn.Module):
    """Embedding and token shift, blocks, norm, head; all (B, T, C) but ids (B, T) and logits (B, T, V)."""

    def __init__(self, config: ModelConfig, vocab_size: int) -> None:
        super().__init__()
        self.embed = nn.Embedding(vocab_size, config.d_model)
        self.share = nn.Parameter(torch.zeros(config.d_model))
        self.blocks = nn.Sequential(*(PlainBlock(config) for _ in range(config.n_layers)))
        self.ln_final = nn.RMSNorm(config.d_model, eps=1e-5)
        self.head = nn.Linear(config.d_model, vocab_size, bias=False)

    def forward(self, ids: Tensor) -> Tensor:
        x = self.embed(ids)
        x = x + self.share * F.pad(x[:, :-1], (0, 0, 1, 0))
        return self.head(self.ln_final(self.blocks(x)))
