"""A model and a text in, how much each part of it said for or against one token out: the parts sum to the logit.

The residual stream is a sum, so the score of a token is one, too:

    stream = embedding + shift + positions + every head + every MLP (+ biases)
    logit  = W[token] · norm(stream)
           = Σ over parts of  W[token] · (part, brought to the size that the norm gave the whole stream)

The norm is no sum, but once its scale is known for this token ("frozen") it is one number a position, and what remains
is linear: nothing is left over. A part may also help by changing that scale, or through later layers; this counts only
what it writes to the head directly. Elhage et al. 2021, "A Mathematical Framework for Transformer Circuits"; Wang et
al. 2023, "Interpretability in the Wild", section 3.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from lm_core.errors import ConfigError
from lm_core.interpret.forward import Ids, run_traced
from lm_core.models.gpt import GPT
from lm_core.models.inference import reading

# N parts · L layers · H heads · T tokens · C = d_model

Floats = npt.NDArray[np.float32]
_ADDED = ("embed", "token_shift", "pos_embed")
_KEPT = (*_ADDED, "attn.z", "attn_out", "mlp_out", "resid_post")


@dataclass(frozen=True)
class Part:
    """One thing that is added to the residual stream: kind "embed", "token_shift", "pos_embed", "head", "bias" (of a
    layer's attention), "mlp", or "norm" (what a LayerNorm adds at the end).
    """

    kind: str
    layer: int | None = None
    head: int | None = None


@dataclass(frozen=True, eq=False)
class Components:
    """A text's residual stream, taken apart.

    parts    N of them, in the model's order
    vectors  (N, T, C) what each adds to each token
    stream   (T, C) their sum: what the last norm reads
    logits   (T, V) what the model says
    """

    parts: tuple[Part, ...]
    vectors: Tensor
    stream: Tensor
    logits: Tensor


@dataclass(frozen=True, eq=False)
class Attribution:
    """`values` (N,) sum to `logit`: that of a token, or of one minus that of another.

    A value is a product of three: how long the part is behind the norm (`lengths`, N), how long the token's own vector
    in the head is (`direction`), and the cosine of the angle between them.
    """

    parts: tuple[Part, ...]
    values: Floats
    logit: float
    lengths: Floats
    direction: float


def components_of(model: GPT, ids: Ids) -> Components:
    """Take one text (T,) apart.

    Raises:
        ConfigError: the model has no residual stream, so nothing is a sum; or the text does not fit.
    """
    if not model.config.residual:
        raise ConfigError(
            "This model was built without a residual stream: only its last block reaches the head, and its score is "
            "no sum of parts. Choose a run that has one."
        )
    logits, kept = run_traced(model, ids, keep=lambda site: site.endswith(_KEPT))
    with reading(model):
        named = list(_named_vectors(model, kept))
    stream = kept[f"blocks.{model.config.n_layers - 1}.resid_post"][0]
    return Components(tuple(part for part, _ in named), torch.stack([x for _, x in named]), stream, logits[0])


def attribute(model: GPT, components: Components, position: int, token: int, against: int | None = None) -> Attribution:
    """What each part adds to the score of `token` as the follower of the one at `position`; with `against`, to that
    score minus the score of another token. A LayerNorm's own addition is a part as well.

    Raises:
        ConfigError: there is no such position or token.
    """
    n_tokens, vocab_size = components.logits.shape
    if not -n_tokens <= position < n_tokens or not all(0 <= id < vocab_size for id in (token, against or 0)):
        raise ConfigError(f"Choose one of {n_tokens} positions and one of {vocab_size} tokens.")
    with reading(model):
        head = model.embed.weight if model.head is None else model.head.weight
        direction = head[token] if against is None else head[token] - head[against]
        frozen, added = frozen_norm(model.ln_final, components.vectors[:, position], components.stream[position])
        values = frozen @ direction  # (N,)
        parts, score, lengths = components.parts, components.logits[position], frozen.norm(dim=-1)
        if added is not None:
            parts, values = (*parts, Part("norm")), torch.cat((values, (added @ direction)[None]))
            lengths = torch.cat((lengths, added.norm()[None]))
        logit = score[token] if against is None else score[token] - score[against]
    plain = values.numpy(force=True), float(logit), lengths.numpy(force=True), float(direction.detach().norm())
    return Attribution(parts, *plain)


def frozen_norm(norm: nn.Module, vectors: Tensor, stream: Tensor) -> tuple[Tensor, Tensor | None]:
    """Vectors (…, C) that add to `stream` (C,) -> what the norm makes of each if its scale stays that of the stream,
    and what it adds on its own (C,), if it does. Their sum is norm(stream).

    The scale is read off the norm's own output, so that it is the one that was used, epsilon and all.
    """
    if isinstance(norm, nn.Identity):
        return vectors, None
    weight, added = cast(Tensor, norm.weight), cast("Tensor | None", getattr(norm, "bias", None))
    centres = isinstance(norm, nn.LayerNorm)
    centred, whole = (x - x.mean(-1, keepdim=True) if centres else x for x in (vectors, stream))
    output = norm(stream) - (0 if added is None else added)
    unscaled = whole * weight
    scale = (output * unscaled).sum() / unscaled.square().sum().clamp(min=1e-30)
    return centred * weight * scale, added


def stream_norms(components: Components) -> tuple[Floats, Floats]:
    """The length of what each part adds to each token (N, T), and of the whole stream at the end (T,)."""
    return components.vectors.norm(dim=-1).numpy(force=True), components.stream.norm(dim=-1).numpy(force=True)


def _named_vectors(model: GPT, kept: dict[str, Tensor]) -> Iterator[tuple[Part, Tensor]]:
    """Each part and the (T, C) that it adds, in the model's order."""
    shape = kept["embed"][0].shape
    for site in _ADDED:
        if site in kept:
            yield Part(site), (kept[site] if site == "pos_embed" else kept[site][0]).expand(shape)
    for layer, block in enumerate(model.blocks):
        z, attn_out = kept[f"blocks.{layer}.attn.z"][0], kept[f"blocks.{layer}.attn_out"][0]  # (H, T, D), (T, C)
        heads = head_outputs(block.attn.o.weight, z)  # type: ignore[union-attr, arg-type]
        for head, vector in enumerate(heads):
            yield Part("head", layer, head), vector
        if block.attn.o.bias is not None:  # type: ignore[union-attr]
            yield Part("bias", layer), attn_out - heads.sum(0)
        yield Part("mlp", layer), kept[f"blocks.{layer}.mlp_out"][0]


def head_outputs(o: Tensor, z: Tensor) -> Tensor:
    """o (C, H·D) and z (H, T, D) -> (H, T, C): each head's own addition; their sum is the layer's, but for a bias."""
    n_heads, _, width = z.shape
    return torch.einsum("htd,chd->htc", z, o.view(o.size(0), n_heads, width))
