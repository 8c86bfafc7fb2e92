"""A model and token ids in, how the queries and keys of one layer came about out: each stage of `Attention._project`.

    x ── ln1 ── W ──> projected ── to unit scale ──> normed ── by its position ──> turned ── × gain ──> q
                                  (qk_norm)                  (rotary)                      (q only)

A stage that the model leaves out is not there. The last one is what trace site q or k holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from lm_core.models.attention import Attention
from lm_core.models.gpt import GPT
from lm_core.models.inference import reading
from lm_core.models.layers import in_float32, rotate, to_unit_scale
from lm_core.models.trace import Trace

# H query heads · T tokens · D = d_head

Floats = npt.NDArray[np.float32]


def projection_path(model: GPT, ids: Sequence[int] | npt.NDArray[np.integer[Any]], layer: int) -> dict[str, Floats]:
    """{"q", "k", "v", "q projected", "q normed", …}, each (H, T, D) float32: what is compared, what is handed over, and
    the stages before. Keys and values that serve a group of heads are repeated for each.
    """
    block = f"blocks.{layer}."
    sites = (f"{block}ln1", f"{block}attn.q", f"{block}attn.k", f"{block}attn.v")
    trace = Trace(keep=lambda site: site in sites)
    attention = model.blocks[layer].attn
    assert isinstance(attention, Attention)
    with reading(model):
        model(torch.tensor([list(ids)], device=model.embed.weight.device), trace=trace)
        normed, q, k, v = (trace.activations[site] for site in sites)
        found = {"q": q, "k": k, "v": v, **_stages(attention, normed)}
        repeated = {name: x if name[0] == "q" else attention._shared(x) for name, x in found.items()}
    return {name: x[0].float().numpy(force=True).copy() for name, x in repeated.items()}


def _stages(attention: Attention, normed: Tensor) -> dict[str, Tensor]:
    """(1, T, C) -> the stages before the last, (1, H or K, T, D) each."""
    heads = attention._all_three(normed).view(*normed.shape[:2], -1, attention.d_head)  # (1, T, H + 2K, D)
    qk = in_float32(heads[:, :, : heads.size(2) - attention.kv_heads])
    stages = [("projected", qk)]
    if attention.qk_norm:
        stages.append(("normed", qk := to_unit_scale(qk)))
    if attention.rotary:
        here = slice(0, normed.size(1))
        stages.append(("turned", rotate(qk, attention.cosines[here, None], attention.sines[here, None])))
    of_queries = stages if attention.gain is not None else stages[:-1]  # without a gain the last stage is q itself
    found = {f"q {name}": x[:, :, : -attention.kv_heads] for name, x in of_queries}
    found |= {f"k {name}": x[:, :, -attention.kv_heads :] for name, x in stages[:-1]}
    return {name: x.transpose(1, 2) for name, x in found.items()}
