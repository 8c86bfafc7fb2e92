"""The small parts of a Transformer, one vector per token in and out: norms, MLPs, and positions.

Each part comes in the variants that a lesson compares; the configuration picks one.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lm_core.config import ModelConfig
from lm_core.models.trace import UNTRACED, AnyTrace

# B batch · T tokens · C = d_model, the residual stream · M = d_mlp · H heads · D = d_head · V vocabulary

SINUSOID_BASE = 10_000.0
NORM_EPSILON = 1e-5


# --- norms: every token's vector brought to a common scale before a layer reads it ---


def in_float32(x: Tensor) -> Tensor:
    """What is worked out with more digits than bfloat16 has: lengths and angles. Other numbers stay what they are."""
    return x.float() if x.dtype == torch.bfloat16 else x


class UnitScale(torch.autograd.Function):
    """n = x / sqrt(mean(x²)), and its gradient in five operations where PyTorch's own bookkeeping takes twelve.

    Making x longer changes nothing, so of the gradient at n the part along n is lost on the way back:

        gradient at x = (g - n · mean(g · n)) / sqrt(mean(x²))
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, epsilon: float) -> Tensor:
        exact = in_float32(x)
        shrink = torch.rsqrt(exact.square().mean(dim=-1, keepdim=True) + epsilon)
        n: Tensor = exact * shrink
        ctx.save_for_backward(n, shrink)
        return n.to(x.dtype)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        (n, shrink), g = ctx.saved_tensors, in_float32(gradients[0])
        at_x: Tensor = (g - n * (g * n).mean(dim=-1, keepdim=True)) * shrink
        return at_x.to(gradients[0].dtype), None


def to_unit_scale(x: Tensor, epsilon: float = NORM_EPSILON) -> Tensor:
    """RMSNorm with nothing to learn: a vector of any length -> one whose numbers have a mean square of 1."""
    return UnitScale.apply(x, epsilon)  # type: ignore[no-untyped-call, no-any-return]


class RMSNorm(nn.Module):
    """x / sqrt(mean(x²)) · weight (Zhang & Sennrich 2019). Only the length changes, not the mean."""

    def __init__(self, width: int, epsilon: float) -> None:
        super().__init__()
        self.epsilon = epsilon
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x: Tensor) -> Tensor:
        return to_unit_scale(x, self.epsilon) * self.weight


def make_norm(config: ModelConfig) -> nn.Module:
    """(B, T, C) -> (B, T, C), each token on its own. LayerNorm (Ba et al. 2016) also takes out the mean."""
    if config.norm == "none":
        return nn.Identity()
    if config.norm == "rmsnorm":
        return RMSNorm(config.d_model, config.norm_epsilon)
    return nn.LayerNorm(config.d_model, eps=config.norm_epsilon)


# --- the MLP: what a token does with what attention brought it ---


def mlp_width(config: ModelConfig) -> int:
    """Width inside the MLP. SwiGLU has three matrices instead of two, so it gets 2/3 of the width, rounded to a
    multiple of 8, and the same number of weights (Shazeer 2020, section 2): 512 -> 344. `exact_mlp` does without.
    """
    if config.activation == "swiglu" and not config.exact_mlp:
        return max(8, round(config.mlp_width * 2 / 3 / 8) * 8)
    return config.mlp_width


def squared_relu(x: Tensor) -> Tensor:
    """max(x, 0)² (So et al. 2021). As a product: the way back through a power is many times slower."""
    positive = F.relu(x)
    return positive * positive


class MLP(nn.Module):
    """Widen, bend, narrow.

    gelu       down(gelu(up(x)))                 Hendrycks & Gimpel 2016; gelu_tanh nears it by a tanh, as GPT-2 does
    relu2      down(relu(up(x))²)                So et al. 2021
    swiglu     down(silu(gate(x)) · up(x))       Shazeer 2020
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        width = mlp_width(config)
        self.gelu = {"gelu": "none", "gelu_tanh": "tanh"}.get(config.activation)  # how it is neared
        self.gate = nn.Linear(config.d_model, width, bias=config.bias) if config.activation == "swiglu" else None
        self.up = nn.Linear(config.d_model, width, bias=config.bias)
        self.down = nn.Linear(width, config.d_model, bias=config.bias)
        self.dropout = config.dropout

    def forward(self, x: Tensor, trace: AnyTrace = UNTRACED) -> Tensor:
        if self.gate is not None:
            pre = trace("mlp_pre", self.gate(x))  # (B, T, M)
            post = F.silu(pre) * trace("mlp_up", self.up(x))
        else:
            pre = trace("mlp_pre", self.up(x))  # (B, T, M)
            post = F.gelu(pre, approximate=self.gelu) if self.gelu else squared_relu(pre)
        out = self.down(trace("mlp_post", post))  # (B, T, C)
        return F.dropout(out, self.dropout, self.training)


# --- token shift: what stood just before, for free ---


class TokenShift(nn.Module):
    """share · (the embedding of the token before), to be added to each token's own (Peng et al. 2023, RWKV, figure 3).

    Each of the C numbers has its own share, which starts at 0. What only depends on the last two tokens ("q", then "u")
    need not be fetched by a head, so that heads are free for what is further away.

        share 0.5    token    a         b             c
                     shift    0      0.5 · a       0.5 · b
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(config.d_model))

    def forward(self, x: Tensor, before: Tensor | None = None) -> Tensor:
        """(B, T, C) -> the same. `before` (B, 1, C) is the embedding before the first one here; None: nothing is."""
        first = torch.zeros_like(x[:, :1]) if before is None else before
        return torch.cat((first, x[:, :-1]), dim=1) * self.weight


# --- positions: attention alone sees a bag of tokens, so each token must be told where it stands ---


def sinusoidal_table(n_positions: int, width: int) -> Tensor:
    """(T, C) of sines and cosines, from fast (left) to slow (right) (Vaswani et al. 2017, section 3.5).

    Even columns hold sin(t · f), odd ones cos(t · f), with f falling from 1 towards 1/10000.
    """
    angles = turning_angles(n_positions, width, SINUSOID_BASE)  # (T, C/2)
    return torch.stack((angles.sin(), angles.cos()), dim=-1).flatten(1)  # (T, C)


def turning_angles(n_positions: int, width: int, base: float) -> Tensor:
    """(T, width/2): position times frequency, in radians; column i turns base^(-2i/width) per token.

    On the processor always: these are no weights, and a model built on the "meta" device must not wait for them.
    """
    frequencies = torch.pow(base, -torch.arange(0, width, 2, device="cpu") / width)  # (width/2,)
    return torch.outer(torch.arange(n_positions, device="cpu"), frequencies)


def rotary_tables(n_positions: int, d_head: int, base: float) -> tuple[Tensor, Tensor]:
    """(T, D) cosines and signed sines, laid out for `rotate`."""
    angles = turning_angles(n_positions, d_head, base)  # (T, D/2)
    return torch.cat((angles.cos(), angles.cos()), dim=-1), torch.cat((-angles.sin(), angles.sin()), dim=-1)


def rotate(x: Tensor, cosines: Tensor, sines: Tensor) -> Tensor:
    """Turn each pair of numbers by its token's angle (RoPE, Su et al. 2021, section 3.4.2). (B, H, T, D) -> same.

        (a, b) -> (a cos - b sin,  b cos + a sin)

    A query's product with a key then depends on how far apart they stand, not on where. Number i is paired with
    number i + D/2, as in GPT-NeoX; the paper pairs neighbours, which is the same up to the order of the numbers.
    """
    return x * cosines + x.roll(x.size(-1) // 2, dims=-1) * sines
