"""The small parts of a Transformer, one vector per token in and out: norms, MLPs, and positions.

Each part comes in the variants that a lesson compares; the configuration picks one.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lm_core.config import ModelConfig
from lm_core.models.trace import UNTRACED, AnyTrace

# B batch · T tokens · C = d_model, the residual stream · M = d_mlp · H heads · D = d_head · V vocabulary

ROTARY_BASE = 10_000.0
NORM_EPSILON = 1e-5


# --- norms: every token's vector brought to a common scale before a layer reads it ---


class RMSNorm(nn.Module):
    """x / sqrt(mean(x²)) · weight (Zhang & Sennrich 2019). Only the length changes, not the mean."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x: Tensor) -> Tensor:
        return x * torch.rsqrt(x.square().mean(dim=-1, keepdim=True) + NORM_EPSILON) * self.weight


def make_norm(config: ModelConfig) -> nn.Module:
    """(B, T, C) -> (B, T, C), each token on its own. LayerNorm (Ba et al. 2016) also takes out the mean."""
    if config.norm == "rmsnorm":
        return RMSNorm(config.d_model)
    return nn.LayerNorm(config.d_model, eps=NORM_EPSILON)


# --- the MLP: what a token does with what attention brought it ---


def mlp_width(config: ModelConfig) -> int:
    """Width inside the MLP. SwiGLU has three matrices instead of two, so it gets 2/3 of the width, rounded to a
    multiple of 8, and the same number of weights (Shazeer 2020, section 2): 512 -> 344.
    """
    if config.activation == "swiglu":
        return max(8, round(config.mlp_width * 2 / 3 / 8) * 8)
    return config.mlp_width


class MLP(nn.Module):
    """Widen, bend, narrow.

    gelu    down(gelu(up(x)))                 Hendrycks & Gimpel 2016
    relu2   down(relu(up(x))²)                So et al. 2021
    swiglu  down(silu(gate(x)) · up(x))       Shazeer 2020
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        width = mlp_width(config)
        self.activation = config.activation
        self.gate = nn.Linear(config.d_model, width, bias=False) if config.activation == "swiglu" else None
        self.up = nn.Linear(config.d_model, width, bias=False)
        self.down = nn.Linear(width, config.d_model, bias=False)
        self.dropout = config.dropout

    def forward(self, x: Tensor, trace: AnyTrace = UNTRACED) -> Tensor:
        if self.gate is not None:
            pre = trace("mlp_pre", self.gate(x))  # (B, T, M)
            post = F.silu(pre) * self.up(x)
        else:
            pre = trace("mlp_pre", self.up(x))  # (B, T, M)
            post = F.gelu(pre) if self.activation == "gelu" else F.relu(pre).square()
        out = self.down(trace("mlp_post", post))  # (B, T, C)
        return F.dropout(out, self.dropout, self.training)


# --- positions: attention alone sees a bag of tokens, so each token must be told where it stands ---


def sinusoidal_table(n_positions: int, width: int) -> Tensor:
    """(T, C) of sines and cosines, from fast (left) to slow (right) (Vaswani et al. 2017, section 3.5).

    Even columns hold sin(t · f), odd ones cos(t · f), with f falling from 1 towards 1/10000.
    """
    angles = rotary_angles(n_positions, width)  # (T, C/2)
    return torch.stack((angles.sin(), angles.cos()), dim=-1).flatten(1)  # (T, C)


def rotary_angles(n_positions: int, width: int) -> Tensor:
    """(T, width/2): position times frequency, in radians; column i turns 10000^(-2i/width) per token.

    On the processor always: these are no weights, and a model built on the "meta" device must not wait for them.
    """
    frequencies = torch.pow(ROTARY_BASE, -torch.arange(0, width, 2, device="cpu") / width)  # (width/2,)
    return torch.outer(torch.arange(n_positions, device="cpu"), frequencies)


def rotary_tables(n_positions: int, d_head: int) -> tuple[Tensor, Tensor]:
    """(T, D) cosines and signed sines, laid out for `rotate`."""
    angles = rotary_angles(n_positions, d_head)  # (T, D/2)
    return torch.cat((angles.cos(), angles.cos()), dim=-1), torch.cat((-angles.sin(), angles.sin()), dim=-1)


def rotate(x: Tensor, cosines: Tensor, sines: Tensor) -> Tensor:
    """Turn each pair of numbers by its token's angle (RoPE, Su et al. 2021, section 3.4.2). (B, H, T, D) -> same.

        (a, b) -> (a cos - b sin,  b cos + a sin)

    A query's product with a key then depends on how far apart they stand, not on where. Number i is paired with
    number i + D/2, as in GPT-NeoX; the paper pairs neighbours, which is the same up to the order of the numbers.
    """
    return x * cosines + x.roll(x.size(-1) // 2, dims=-1) * sines
