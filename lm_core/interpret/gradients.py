"""A model and a text in, which way the loss would move with each number on the way, and with each token, out.

The gradient of the loss at a site says, for every number there, how much the loss rises if that number rises a little.
Gradient times input, summed over a token's numbers, is how much the token's own vector pushes the answer, roughly:

    score(token s) = Σ over numbers c of  x[s, c] · ∂ ln p(target) / ∂ x[s, c]       x: the embedding of token s

Simonyan et al. 2014, "Deep Inside Convolutional Networks" (gradients as saliency, section 3); Shrikumar et al. 2017
(the product with the input). Positive: the token speaks for the target as it stands; it is the slope here, not what
happens if the token is taken away.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from lm_core.errors import ConfigError
from lm_core.interpret.forward import Ids, as_batch, run_traced
from lm_core.models.gpt import GPT
from lm_core.models.inference import reading
from lm_core.models.trace import Edit, Trace

# T tokens · C = d_model

Floats = npt.NDArray[np.float32]


def loss_gradients(model: GPT, ids: Ids, sites: Callable[[str], bool]) -> dict[str, Floats]:
    """The gradient of the mean loss (nats per token) of one text (T,) at each site that `sites` names, without a batch
    axis: as long as the site's own values. The model's own gradients are not touched.

    Raises:
        ConfigError: the text does not fit the model, or is a lone token.
    """
    batch = as_batch(model, ids)
    if batch.size(1) < 2:
        raise ConfigError("Type a text of at least two tokens: the first one is never predicted.")

    def mean_loss(logits: Tensor) -> Tensor:
        return torch.nn.functional.cross_entropy(logits[0, :-1], batch[0, 1:])

    found, _ = _backward(model, batch, sites, mean_loss)
    return found


def gradient_times_input(model: GPT, ids: Ids, position: int, token: int) -> tuple[Floats, Floats]:
    """Of each token of a text (T,): gradient x input, and the length of the gradient, of ln p(`token` follows the one
    at `position`). Tokens after `position` have 0 behind a causal mask.

    Raises:
        ConfigError: the text does not fit the model, or there is no such position or token.
    """
    slope, x = embedding_slopes(model, ids, position, token)
    return (slope * x).sum(-1), np.linalg.norm(slope, axis=-1).astype(np.float32)


def embedding_slopes(model: GPT, ids: Ids, position: int, token: int) -> tuple[Floats, Floats]:
    """The gradient of ln p(`token` follows the one at `position`) at each token's embedding, and the embeddings; both
    (T, C).

    Raises:
        ConfigError: as `gradient_times_input`.
    """
    batch = as_batch(model, ids)
    if not -batch.size(1) <= position < batch.size(1) or not 0 <= token < model.vocab_size:
        raise ConfigError(f"Choose one of {batch.size(1)} positions and one of {model.vocab_size} tokens.")

    def log_share(logits: Tensor) -> Tensor:
        return logits[0, position].log_softmax(-1)[token]

    found, inputs = _backward(model, batch, {"embed"}.__contains__, log_share)
    return found["embed"], inputs["embed"]


def _backward(
    model: GPT, batch: Tensor, wanted: Callable[[str], bool], objective: Callable[[Tensor], Tensor]
) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """The gradient of the objective at the wanted sites, and what stood there; zero where nothing depends on it.

    The sites are held by a trace's edits, and `autograd.grad` asks for these tensors alone: nothing is added up in the
    model's weights, which other threads may be reading.
    """
    _, kept = run_traced(model, batch.numpy(force=True), keep=wanted)
    held: dict[str, Tensor] = {}
    with reading(model), torch.inference_mode(False), torch.enable_grad():
        trace = Trace(keep=lambda site: False, edits={site: _hold(site, held) for site in kept})
        found = objective(model(batch, trace=trace))
        slopes = torch.autograd.grad(found, list(held.values()), allow_unused=True)
    none = {site: torch.zeros_like(x) for site, x in held.items()}
    gradients = {
        site: _plain(site, none[site] if slope is None else slope) for site, slope in zip(held, slopes, strict=True)
    }
    return gradients, {site: _plain(site, x.detach()) for site, x in held.items()}


def _hold(site: str, held: dict[str, Tensor]) -> Edit:
    """An edit that changes nothing, but keeps the tensor that the pass goes on with."""

    def edit(x: Tensor) -> Tensor:
        held[site] = x if x.requires_grad else x.detach().requires_grad_()
        return held[site]

    return edit


def _plain(site: str, x: Tensor) -> Floats:
    return np.array((x if site == "pos_embed" else x[0]).numpy(force=True), dtype=np.float32)
