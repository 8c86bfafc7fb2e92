"""A model and token ids in, the numbers of one part of its forward pass out, by the names that the walk gives them.

A part is "start", one block ("blocks.2") or "end". A large model is looked at part by part: all of its numbers at once
would take more memory than its weights.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from lm_core.interpret.snapshot import take_snapshot
from lm_core.interpret.surprise import log_probabilities
from lm_core.interpret.walk import END, START, block_walk, end_walk, start_walk
from lm_core.models.gpt import GPT

Array: TypeAlias = npt.NDArray[np.float32]
Tensors: TypeAlias = dict[str, Array]


def parts(model: GPT) -> tuple[str, ...]:
    """'start', 'blocks.0', …, 'end': first made first."""
    return (START, *(f"blocks.{layer}" for layer in range(model.config.n_layers)), END)


def look(model: GPT, ids: Sequence[int], part: str) -> Tensors:
    """Every tensor of one part, and those of its neighbours that it reads; the model stays as it was.

    Raises:
        ConfigError: there is no id, or there are more than the model's context.
    """
    edges = _edges(model, part)
    inside = f"{part}."
    snapshot = take_snapshot(
        model, ids, [""] * len(ids), step=0, keep=lambda site: site in edges or site.startswith(inside)
    )
    seen = snapshot.activations
    if part == END:
        seen["probabilities"] = np.exp(log_probabilities(seen["logits"])).astype(np.float32)
    if part not in (START, END):
        _name_heads(seen, f"{part}.attn.", model)
    made = {START: start_walk, END: end_walk}.get(part)
    walk = made(model, len(ids)) if made else block_walk(model, int(part.split(".")[1]), len(ids))
    wanted = dict.fromkeys(key for step in walk for key in (*step.reads, step.key))
    return {key: seen[key] for key in wanted}


def _edges(model: GPT, part: str) -> set[str]:
    """Sites that carry no block's name, or another block's."""
    if part == START:
        return {"embed", "token_shift", "pos_embed", "blocks.0.resid_pre"}
    if part == END:
        return {f"blocks.{model.config.n_layers - 1}.resid_post", "ln_final", "logits"}
    layer = int(part.split(".")[1])
    return {f"blocks.{layer - 1}.resid_post"}


def _name_heads(seen: Tensors, at: str, model: GPT) -> None:
    """The trace keeps q, k and v side by side while they are made, each token's; the walk has them apart, by head."""
    n_heads = model.config.n_heads
    last = ("q", "k")
    side_by_side = {"linear": seen.pop(at + "heads"), **_optional(seen, at)}
    for suffix, x in side_by_side.items():
        by_head = np.ascontiguousarray(x.swapaxes(0, 1))  # (H + 2K, T, D), or without v (H + K, T, D)
        n_keys = model.config.kv_heads
        seen[f"{at}q_{suffix}"], seen[f"{at}k_{suffix}"] = by_head[:n_heads], by_head[n_heads : n_heads + n_keys]
    assert all(at + name in seen for name in last)
    z = seen[at + "z"]  # (H, T, D)
    seen[at + "joined"] = z.swapaxes(0, 1).reshape(z.shape[1], -1)


def _optional(seen: Mapping[str, Array], at: str) -> Tensors:
    return {name: seen[at + name] for name in ("normed", "turned") if at + name in seen}
