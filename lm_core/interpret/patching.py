"""Two texts of one length in, which activations carry the difference between their answers out: activation patching.

    clean      The cat sat … it     says "he" rather than "she"
    corrupted  The sow sat … it     does not
    patched    the corrupted run, but one activation is taken from the clean one: is the answer back?

    recovery = (difference patched - difference corrupted) / (difference clean - difference corrupted)

where "difference" is logit(target) - logit(other) at the last token. 0: nothing came back; 1: all of it. Patch the
whole stream and the corrupted run becomes the clean one. Meng et al. 2022, "Locating and Editing Factual Associations
in GPT", section 2.1 (causal tracing); Wang et al. 2023, section 3. A part that recovers much is enough here; that none
does alone may mean that several carry it together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from lm_core.errors import ConfigError
from lm_core.interpret.forward import Ids, as_batch, run_traced
from lm_core.models.gpt import GPT
from lm_core.models.trace import Edit

# L layers · H heads · T tokens

Floats = npt.NDArray[np.float32]
KINDS = {"residual": "resid_pre", "attention": "attn_out", "mlp": "mlp_out"}
LEAST_DIFFERENCE = 1e-3  # logits; below, there is nothing to recover


@dataclass(frozen=True, eq=False)
class Patching:
    """recovery: (L, T) of one kind of site, or (L, H) of whole heads; clean, corrupted: the logit differences."""

    recovery: Floats
    clean: float
    corrupted: float


def patch_positions(model: GPT, clean: Ids, corrupted: Ids, kind: str, target: int, other: int) -> Patching:
    """Recovery by layer and position of KINDS: "residual" (the stream before each block), "attention" or "mlp" (what
    they add). One forward pass a layer, with each position patched in a copy of its own.

    Raises:
        ConfigError: the texts differ in length or do not fit, or both give the same difference.
    """
    runs = _Runs.of(model, clean, corrupted, target, other)
    n_tokens = runs.corrupted.size(1)
    recovery = np.zeros((model.config.n_layers, n_tokens), dtype=np.float32)
    copies = runs.corrupted.expand(n_tokens, -1)
    for layer in range(model.config.n_layers):
        site = f"blocks.{layer}.{KINDS[kind]}"
        recovery[layer] = runs.recovered(model, copies, {site: _one_position_each(runs.activations[site])})
    return Patching(recovery, runs.clean_difference, runs.corrupted_difference)


def patch_heads(model: GPT, clean: Ids, corrupted: Ids, target: int, other: int) -> Patching:
    """Recovery by layer and head: a head's output at all positions is taken from the clean run.

    Raises:
        ConfigError: as `patch_positions`.
    """
    runs = _Runs.of(model, clean, corrupted, target, other)
    n_heads = model.config.n_heads
    recovery = np.zeros((model.config.n_layers, n_heads), dtype=np.float32)
    copies = runs.corrupted.expand(n_heads, -1)
    for layer in range(model.config.n_layers):
        site = f"blocks.{layer}.attn.z"
        recovery[layer] = runs.recovered(model, copies, {site: _one_head_each(runs.activations[site])})
    return Patching(recovery, runs.clean_difference, runs.corrupted_difference)


def patched_logits(model: GPT, clean: Ids, corrupted: Ids, sites: Mapping[str, list[int]]) -> Tensor:
    """(T, V) of the corrupted run with these positions of these sites taken from the clean one.

    {"blocks.0.resid_pre": all positions} gives the clean run's logits, exactly.

    Raises:
        ConfigError: the texts differ in length or do not fit.
    """
    _same_length(clean, corrupted)
    _, kept = run_traced(model, clean, keep=sites.__contains__)
    assert kept.keys() == sites.keys(), f"no such sites: {sites.keys() - kept.keys()}"
    edits = {site: _positions(kept[site], positions) for site, positions in sites.items()}
    logits, _ = run_traced(model, corrupted, edits=edits)
    return logits[0]


@dataclass(frozen=True, eq=False)
class _Runs:
    """Both runs: the clean one's activations, the corrupted one's ids, and what both say."""

    activations: dict[str, Tensor]
    corrupted: Tensor
    target: int
    other: int
    clean_difference: float
    corrupted_difference: float

    @classmethod
    def of(cls, model: GPT, clean: Ids, corrupted: Ids, target: int, other: int) -> _Runs:
        _same_length(clean, corrupted)
        if not all(0 <= token < model.vocab_size for token in (target, other)):
            raise ConfigError(f"This model knows the ids 0 to {model.vocab_size - 1}. Choose two of them.")
        sites = (*KINDS.values(), "attn.z")
        says, activations = run_traced(model, clean, keep=lambda site: site.endswith(sites))
        said, _ = run_traced(model, corrupted)
        first, second = (float(logits[0, -1, target] - logits[0, -1, other]) for logits in (says, said))
        if abs(first - second) < LEAST_DIFFERENCE:
            raise ConfigError(
                "Both sentences give the same answer, so there is nothing to recover. Change the word that should "
                "matter, or compare other tokens."
            )
        return cls(activations, as_batch(model, corrupted), target, other, first, second)

    def recovered(self, model: GPT, copies: Tensor, edits: Mapping[str, Edit]) -> Floats:
        """Of each copy (N, T) of the corrupted text, run with these edits: how much of the difference is back (N,)."""
        logits, _ = run_traced(model, copies.numpy(force=True), edits=edits)
        found = (logits[:, -1, self.target] - logits[:, -1, self.other]).numpy(force=True)
        return np.asarray(
            (found - self.corrupted_difference) / (self.clean_difference - self.corrupted_difference), np.float32
        )


def _same_length(clean: Ids, corrupted: Ids) -> None:
    if len(clean) != len(corrupted):
        raise ConfigError(
            f"The sentences have {len(clean)} and {len(corrupted)} tokens; patching puts them side by side, so both "
            "need the same number. Change one of them."
        )


def _one_position_each(clean: Tensor) -> Edit:
    """Copy b of the text gets position b from the clean run."""

    def edit(x: Tensor) -> Tensor:
        x, each = x.clone(), torch.arange(x.size(0))  # (T, T, C)
        x[each, each] = clean[0].to(x.dtype)
        return x

    return edit


def _one_head_each(clean: Tensor) -> Edit:
    """Copy b of the text gets head b from the clean run."""

    def edit(z: Tensor) -> Tensor:
        z, each = z.clone(), torch.arange(z.size(0))  # (H, H, T, D)
        z[each, each] = clean[0].to(z.dtype)
        return z

    return edit


def _positions(clean: Tensor, positions: list[int]) -> Edit:
    def edit(x: Tensor) -> Tensor:
        assert x.dim() == 3, "only sites of one vector a token can be patched by position"
        x = x.clone()
        x[:, positions] = clean[:, positions]
        return x

    return edit
