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

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

from lm_core.errors import ConfigError
from lm_core.interpret.forward import Ids, go_on_from, head_of, in_batches, run_traced
from lm_core.models.cache import KVCache
from lm_core.models.gpt import GPT
from lm_core.models.inference import reading
from lm_core.models.trace import Edit

# L layers · H heads · T tokens

Floats = npt.NDArray[np.float32]
KINDS = {"residual": "resid_pre", "attention": "attn_out", "mlp": "mlp_out"}
LEAST_DIFFERENCE = 1e-3  # logits; below, there is nothing to recover


@dataclass(frozen=True, eq=False)
class Row:
    """One layer's recovery: by position (T,), or by head (H,) where `kind` is "heads"."""

    kind: str
    layer: int
    recovery: Floats


@dataclass(frozen=True)
class Differences:
    """logit(target) - logit(other) at the last token, in both runs."""

    clean: float
    corrupted: float


def patch_rows(model: GPT, clean: Ids, corrupted: Ids, target: int, other: int) -> tuple[Differences, Iterator[Row]]:
    """Recovery layer by layer of all KINDS and of whole heads, each row worked out when it is asked for, with a copy of
    the text for each position or head.

    Raises:
        ConfigError: the texts differ in length or do not fit, or both give the same difference.
    """
    runs = _Runs.of(model, clean, corrupted, target, other)
    layers = range(model.config.n_layers)
    rows = (runs.row(model, kind, layer) for layer in layers for kind in (*KINDS, "heads"))
    return Differences(runs.clean_difference, runs.corrupted_difference), rows


def patched_logits(model: GPT, clean: Ids, corrupted: Ids, kind: str, layer: int, places: Sequence[int]) -> Tensor:
    """(T, V) of the corrupted run with these positions of a site (KINDS), or these heads ("heads") at all positions,
    taken from the clean one. Its last row for one place is what one number of `patch_rows` comes from.

    All positions of "residual" give the clean run's logits, exactly.

    Raises:
        ConfigError: the texts differ in length or do not fit.
    """
    _same_length(clean, corrupted)
    site = _site(kind, layer)
    _, kept = run_traced(model, clean, keep=site.__eq__)
    logits, _ = run_traced(model, corrupted, edits={site: _these_places(kept[site], places)})
    return logits[0]


@dataclass(frozen=True, eq=False)
class _Runs:
    """What both runs say, and what the patched ones need of them, from the first token on that may differ: activations
    of the clean run, the stream that each block of the corrupted run reads, and a cache of the tokens before.
    """

    activations: dict[str, Tensor]
    streams: dict[str, Tensor]
    cache: KVCache | None
    n_tokens: int
    first: int
    target: int
    other: int
    clean_difference: float
    corrupted_difference: float

    @classmethod
    def of(cls, model: GPT, clean: Ids, corrupted: Ids, target: int, other: int) -> _Runs:
        _same_length(clean, corrupted)
        if not all(0 <= token < model.vocab_size for token in (target, other)):
            raise ConfigError(f"This model knows the ids 0 to {model.vocab_size - 1}. Choose two of them.")
        says, activations = run_traced(model, clean, keep=lambda site: site.endswith((*KINDS.values(), "attn.z")))
        sites = ("resid_pre", "attn.k", "attn.v")
        said, seen = run_traced(model, corrupted, keep=lambda site: site.endswith(sites))
        first, second = (float(logits[0, -1, target] - logits[0, -1, other]) for logits in (says, said))
        if abs(first - second) < LEAST_DIFFERENCE:
            raise ConfigError(
                "Both sentences give the same answer, so there is nothing to recover. Change the word that should "
                "matter, or compare other tokens."
            )
        changed = next(at for at, pair in enumerate(zip(clean, corrupted, strict=True)) if pair[0] != pair[1])
        begin = changed if model.config.causal else 0
        streams = {site: x[:, begin:] for site, x in seen.items() if site.endswith("resid_pre")}
        activations = {site: x[..., begin:, :] for site, x in activations.items()}  # tokens are the last axis but one
        cache = _cache_before(model, seen, begin, len(corrupted))
        return cls(activations, streams, cache, len(corrupted), begin, target, other, first, second)

    def row(self, model: GPT, kind: str, layer: int) -> Row:
        """One layer of one kind: each position (or head) is patched in a copy of its own, which starts at that layer.

        Behind a causal mask both runs are the same before the first token that differs: nothing comes back from there.
        """
        by_head = kind == "heads"
        site = _site(kind, layer)
        stream, scored = self.streams[f"blocks.{layer}.resid_pre"], head_of(model)[[self.target, self.other]]
        found = [np.full(0 if by_head else self.first, self.corrupted_difference)]
        last = model.config.n_heads if by_head else self.n_tokens - self.first
        for places in in_batches(model, range(last), self.n_tokens, scored=False):
            edits = {site: _one_place_each(self.activations[site], places)}
            normed = go_on_from(model, layer, stream.expand(len(places), -1, -1), edits, self.cache)
            with reading(model):
                target, other = F.linear(normed[:, -1], scored).unbind(-1)
            found.append((target - other).numpy(force=True))
        gap = self.clean_difference - self.corrupted_difference
        return Row(kind, layer, ((np.concatenate(found) - self.corrupted_difference) / gap).astype(np.float32))


def _cache_before(model: GPT, seen: Mapping[str, Tensor], n_tokens: int, of: int) -> KVCache | None:
    """The keys and values of the first `n_tokens` of a text of so many, for as many copies as a row may have."""
    if not n_tokens:
        return None
    config = model.config.model_copy(update={"context_length": of})
    copies = max(config.n_heads, of - n_tokens)
    with reading(model):
        cache = KVCache(config, copies, model.embed.weight.device)
        for layer in range(config.n_layers):
            k, v = (seen[f"blocks.{layer}.attn.{name}"][:, :, :n_tokens] for name in "kv")  # (1, K, n_tokens, D)
            cache.append(layer, k.expand(copies, -1, -1, -1), v.expand(copies, -1, -1, -1))
        cache.advance(n_tokens)
    return cache


def _site(kind: str, layer: int) -> str:
    return f"blocks.{layer}.{'attn.z' if kind == 'heads' else KINDS[kind]}"


def _same_length(clean: Ids, corrupted: Ids) -> None:
    if len(clean) != len(corrupted):
        raise ConfigError(
            f"The sentences have {len(clean)} and {len(corrupted)} tokens; patching puts them side by side, so both "
            "need the same number. Change one of them."
        )


def _one_place_each(clean: Tensor, places: Sequence[int]) -> Edit:
    """Copy b of the text gets position (of (B, T, C)) or head (of (B, H, T, D)) places[b] from the clean run."""

    def edit(x: Tensor) -> Tensor:
        x, each, taken = x.clone(), torch.arange(len(places)), torch.tensor(list(places))
        x[each, taken] = clean[0, taken].to(x.dtype)
        return x

    return edit


def _these_places(clean: Tensor, places: Sequence[int]) -> Edit:
    """These positions (of (1, T, C)) or heads (of (1, H, T, D)) from the clean run."""

    def edit(x: Tensor) -> Tensor:
        x = x.clone()
        x[:, list(places)] = clean[:, list(places)].to(x.dtype)
        return x

    return edit
