"""A wish in ("without head 2.1", "this cell of the pattern at 0.5"), edits of one forward pass, and what they do, out.

    edits = without(model, heads=[(1, 0)], mlps=[2])
    run_traced(model, ids, edits=edits)        the model itself stays as it is

A head is switched off where its output enters the residual stream (`attn.z`), an MLP likewise (`mlp_out`):

    zero   nothing is added: the same as zeroing the head's columns of `o`, or all of `down`
    mean   what it adds on average over other tokens: its presence stays, what it says about this token goes

Zero is simple, but a model may miss the average; mean is the fairer question (Wang et al. 2023, section 2; Chan et al.
2022, "Causal Scrubbing"). That the loss rises says that a part is used here, not that it is used only for this; that it
does not rise may mean that another part stands in for it (McGrath et al. 2023, "The Hydra Effect").
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

from lm_core.errors import ConfigError
from lm_core.interpret.forward import Ids, as_batch, go_on_from, head_of, in_batches, need_layer, run_traced
from lm_core.models.gpt import GPT
from lm_core.models.inference import reading
from lm_core.models.trace import Edit

# B texts · H heads · T tokens · D = d_head · C = d_model

Heads = Iterable[tuple[int, int]]  # (layer, head), from 0
Means = Mapping[str, Tensor]


@dataclass(frozen=True)
class Cell:
    """One weight of a pattern, changed by hand: token `query` gives token `key` this share, the others what remains."""

    layer: int
    head: int
    query: int
    key: int
    weight: float


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a pass said: losses (T,) nats, nan first; loss their mean; probabilities (T, V) of what follows."""

    losses: npt.NDArray[np.float32]
    loss: float
    probabilities: npt.NDArray[np.float32]


@dataclass(frozen=True)
class Effect:
    """One part switched off: `head` is None for an MLP. `rise` of the loss in nats per token, `shift` of what is said
    (KL divergence from the whole model's distribution, bits per token), `last` the same at the last token alone.
    """

    layer: int
    head: int | None
    loss: float
    rise: float
    shift: float
    last: float


def outcome(model: GPT, ids: Ids, edits: Mapping[str, Edit] | None = None) -> Outcome:
    """Run one text (T,), with edits or without.

    Raises:
        ConfigError: the text does not fit the model.
    """
    return _says(run_traced(model, ids, edits=edits)[0][0], ids)


def _says(logits: Tensor, ids: Ids) -> Outcome:
    """(T, V) of one text."""
    says = logits.log_softmax(-1)
    following = torch.as_tensor(np.asarray(ids, dtype=np.int64)[1:], device=says.device)
    losses = -says[:-1].gather(-1, following[:, None])[:, 0].numpy(force=True)
    loss = float(losses.mean()) if len(losses) else float("nan")
    return Outcome(np.concatenate(([np.nan], losses)).astype(np.float32), loss, says.exp().numpy(force=True))


def without(model: GPT, *, heads: Heads = (), mlps: Iterable[int] = (), means: Means | None = None) -> dict[str, Edit]:
    """Edits that switch heads and MLPs off: to zero, or with `means` (of `mean_outputs`) to what they say on average.

    Raises:
        ConfigError: the model has no such layer or head.
    """
    edits: dict[str, Edit] = {}
    by_layer: dict[int, list[int]] = {}
    for layer, head in heads:
        need_layer(model, layer, head)
        by_layer.setdefault(layer, []).append(head)
    for layer, off in by_layer.items():
        site = f"blocks.{layer}.attn.z"
        edits[site] = _silence_heads(sorted(set(off)), means[site] if means else None)
    for layer in mlps:
        need_layer(model, layer)
        site = f"blocks.{layer}.mlp_out"
        edits[site] = _replace(means[site] if means else None)
    return edits


def mean_outputs(model: GPT, ids: Ids) -> dict[str, Tensor]:
    """What each head (H, 1, D) and each MLP (C,) says on average over the tokens of these texts, by site.

    Take other texts than the one in view, or the average knows what comes.
    """
    _, kept = run_traced(model, ids, keep=lambda site: site.endswith(("attn.z", "mlp_out")))
    over_tokens = {4: (0, 2), 3: (0, 1)}  # of (B, H, T, D) and of (B, T, C)
    means = {site: x.mean(dim=over_tokens[x.dim()], keepdim=True)[0] for site, x in kept.items()}
    return {site: mean if mean.dim() == 3 else mean[0] for site, mean in means.items()}


def with_cells(model: GPT, cells: Iterable[Cell]) -> dict[str, Edit]:
    """Edits that set cells of patterns; each row still sums to 1, as the other weights share what remains as before.

        row .2 .3 .5, the last cell set to 0   ->   .4 .6 0

    Where the others have nothing, they share it alike; several cells of one row are set one after the other.

    Raises:
        ConfigError: no such head, a weight outside 0 to 1, a key that the query cannot see, or a lone one.
    """
    edits: dict[str, Edit] = {}
    by_layer: dict[int, list[Cell]] = {}
    for cell in cells:
        _check(model, cell)
        by_layer.setdefault(cell.layer, []).append(cell)
    for layer, chosen in by_layer.items():
        edits[f"blocks.{layer}.attn.pattern"] = _set_cells(chosen, causal=model.config.causal)
    return edits


def ablation_table(model: GPT, ids: Ids, means: Means | None = None) -> Iterator[Effect]:
    """Switch off each head and each MLP alone, layer by layer, and tell what it changed; a copy of the text for each,
    which starts at its layer.

    Raises:
        ConfigError: the text does not fit the model, or is a lone token.
    """
    if np.asarray(ids).size < 2:
        raise ConfigError("Type a text of at least two tokens: the first one is never predicted.")
    whole_logits, streams = run_traced(model, ids, keep=lambda site: site.endswith("resid_pre"))
    says, n_heads = whole_logits[0].log_softmax(-1), model.config.n_heads
    following = torch.as_tensor(np.asarray(ids, dtype=np.int64)[1:], device=says.device)
    whole, _none = _compared(says, says, following)
    for layer in range(model.config.n_layers):
        at = f"blocks.{layer}."
        for parts in in_batches(model, range(n_heads + 1), len(ids)):  # the last one is the MLP
            off = {at + "attn.z": _silence_one_each(parts, n_heads, means[at + "attn.z"] if means else None)}
            if n_heads in parts:
                off[at + "mlp_out"] = _replace_last(means[at + "mlp_out"] if means else None)
            normed = go_on_from(model, layer, streams[at + "resid_pre"].expand(len(parts), -1, -1), off)
            with reading(model):
                scores = F.linear(normed, head_of(model))  # (B, T, V)
            for part, logits in zip(parts, scores, strict=True):
                loss, shifts = _compared(says, logits.log_softmax(-1), following)
                head = None if part == n_heads else part
                yield Effect(layer, head, loss, loss - whole, float(shifts.mean()), float(shifts[-1]))


def _compared(whole: Tensor, left: Tensor, following: Tensor) -> tuple[float, Tensor]:
    """Log-probabilities (T, V) of two passes -> the mean loss of the second, and how far it is from the first (T,), as
    `divergence` has it.
    """
    loss = -float(left[:-1].gather(-1, following[:, None]).mean())
    return loss, ((whole.exp() * (whole - left)).sum(-1) / math.log(2)).clamp(min=0)


def divergence(p: npt.NDArray[np.float32], q: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """(T, V) twice -> (T,) KL(p ‖ q) in bits: how far q is from p, 0 where they are the same."""
    tiny = 1e-30
    return np.asarray((p * (np.log2(np.maximum(p, tiny)) - np.log2(np.maximum(q, tiny)))).sum(-1).clip(min=0), float)


def _silence_heads(off: list[int], mean: Tensor | None) -> Edit:
    def edit(z: Tensor) -> Tensor:
        z = z.clone()  # (B, H, T, D)
        z[:, off] = 0 if mean is None else mean[off].to(z.dtype)
        return z

    return edit


def _silence_one_each(parts: Sequence[int], n_heads: int, mean: Tensor | None) -> Edit:
    """Copy b of the text does without head parts[b]; one whose part is no head stays whole."""
    copies, heads = torch.tensor([(b, head) for b, head in enumerate(parts) if head < n_heads]).view(-1, 2).unbind(1)

    def edit(z: Tensor) -> Tensor:
        z = z.clone()  # (B, H, T, D)
        z[copies, heads] = 0 if mean is None else mean[heads].to(z.dtype)
        return z

    return edit


def _replace_last(mean: Tensor | None) -> Edit:
    """The last copy of the text does without the MLP."""

    def edit(x: Tensor) -> Tensor:
        x = x.clone()  # (B, T, C)
        x[-1] = 0 if mean is None else mean.to(x.dtype)
        return x

    return edit


def _replace(mean: Tensor | None) -> Edit:
    def edit(x: Tensor) -> Tensor:
        return torch.zeros_like(x) if mean is None else mean.to(x.dtype).expand_as(x)

    return edit


def _set_cells(cells: list[Cell], *, causal: bool) -> Edit:
    def edit(pattern: Tensor) -> Tensor:
        pattern = pattern.clone()  # (B, H, T, S)
        for cell in cells:
            row = pattern[:, cell.head, cell.query, : cell.query + 1 if causal else None]  # (B, S), a view
            others = row.clone()
            others[:, cell.key] = 0
            total = others.sum(-1, keepdim=True)
            alike = torch.full_like(row, 1 / (row.size(-1) - 1))
            shares = torch.where(total > 0, others / total.clamp(min=1e-30), alike)
            row.copy_(shares * (1 - cell.weight))
            row[:, cell.key] = cell.weight
        return pattern

    return edit


def _check(model: GPT, cell: Cell) -> None:
    need_layer(model, cell.layer, cell.head)
    if not 0 <= cell.weight <= 1:
        raise ConfigError(f"A weight of attention lies between 0 and 1; {cell.weight:g} does not. Choose another.")
    if cell.key < 0 or cell.query < 0 or (model.config.causal and cell.key > cell.query):
        raise ConfigError(f"Token {cell.query} cannot see token {cell.key}: a token looks at itself and before.")
    if model.config.causal and cell.query == 0:
        raise ConfigError("The first token sees itself alone, so its one weight stays 1. Choose a later row.")


def key_effects(
    model: GPT,
    ids: Ids,
    query: int,
    token: int,
    place: tuple[int, int] | None = None,
    *,
    keys: Sequence[int] | None = None,
) -> npt.NDArray[np.float32]:
    """What the weight of each of `keys` (all that the query sees) in row `query` is worth to `token` as the next: ln p
    with it minus ln p without, the rest of the row sharing its weight. In one head, `place` = (layer, head), or in all
    heads at once (attention knockout, Geva et al. 2023, section 4).

    A few forward passes: copy b of the text does without the b-th key.

    Raises:
        ConfigError: no such head, position or token; or the query sees itself alone.
    """
    if place:
        need_layer(model, *place)
    batch = as_batch(model, ids)
    n, causal = batch.size(1), model.config.causal
    if not 0 <= query < n or not 0 <= token < model.vocab_size:
        raise ConfigError(f"Choose one of {n} positions and one of {model.vocab_size} tokens.")
    if n < 2 or (causal and query == 0):
        raise ConfigError("The first token sees itself alone, so its one weight stays 1. Choose a later row.")
    seen = query + 1 if causal else n
    places = [place] if place else [(layer, None) for layer in range(model.config.n_layers)]
    whole, _ = run_traced(model, ids)
    says, effects = float(whole[0, query].log_softmax(-1)[token]), []
    for cut in in_batches(model, range(seen) if keys is None else keys, n):
        edits = {
            f"blocks.{layer}.attn.pattern": _cut_keys(query, cut, seen, slice(None) if head is None else head)
            for layer, head in places
        }
        left, _ = run_traced(model, batch.expand(len(cut), -1).numpy(force=True), edits=edits)
        effects.append(says - left[:, query].log_softmax(-1)[:, token].numpy(force=True))
    return np.concatenate(effects).astype(np.float32)


def _cut_keys(query: int, keys: Sequence[int], seen: int, heads: slice | int) -> Edit:
    """Copy b does without keys[b] in row `query` of these heads; what is left of the row sums to 1 again."""
    each, cut = torch.arange(len(keys)), torch.tensor(list(keys))

    def edit(pattern: Tensor) -> Tensor:
        pattern = pattern.clone()  # (B, H, T, T)
        rows = pattern[:, heads, query, :seen]
        rows[each, ..., cut] = 0
        left = rows.sum(-1, keepdim=True)
        alike = torch.full_like(rows, 1 / (seen - 1))
        alike[each, ..., cut] = 0
        pattern[:, heads, query, :seen] = torch.where(left > 0, rows / left.clamp(min=1e-30), alike)
        return pattern

    return edit
