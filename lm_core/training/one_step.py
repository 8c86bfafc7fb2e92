"""A training state, its text and its configuration in, one more step with every number of it kept out.

`take_step` does what one round of `training.loop.train` does, with the same functions in the same order, so the weights
come out the same bit for bit; on the way it copies what the lesson shows. `arithmetic` then reads one weight:

    gradient ── clipped ──> momentum ──┬─ AdamW   / size of recent gradients ──┬──> weight = weight · (1 - rate · decay)
                                       └─ Muon    the whole matrix turned ─────┘              - rate · direction

Sources: Kingma & Ba 2015, algorithm 1 (Adam); Loshchilov & Hutter 2019, algorithm 2 (its decay); Jordan et al. 2024
(Muon); Pascanu et al. 2013, section 3.2 (clipping).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor
from torch.nn.utils import clip_grad_norm_

from lm_core.config import RunConfig, TrainConfig
from lm_core.data.batches import Batch, Batches
from lm_core.data.dataset import TokenDataset
from lm_core.errors import RunError
from lm_core.models.gpt import GPT
from lm_core.models.inference import reading
from lm_core.training.muon import SIZE, Muon
from lm_core.training.optimizers import EPSILON, AdamW
from lm_core.training.precision import Gradients, products_of
from lm_core.training.schedule import Rates
from lm_core.training.state import TrainState

# B windows · T tokens · V vocabulary · (R, C) a matrix

Named = dict[str, Tensor]
LOGITS_AT_ONCE = 4_000_000  # numbers; a larger batch is read in parts
CLIP_EPSILON = 1e-6  # as in torch's clip_grad_norm_


@dataclass(frozen=True)
class Guesses:
    """The share that the model gave to each token that really came, before and after the step.

    Read without dropout and in float32, so that only the weights differ.
    """

    inputs: Tensor  # (B, T) int64
    targets: Tensor  # (B, T) int64
    before: Tensor  # (B, T) float32, probabilities
    after: Tensor  # (B, T) float32


@dataclass(frozen=True)
class OneStep:
    """One update, from `step` to `step` + 1. Tensors by the names of the weights, in their shapes."""

    step: int
    updates: int  # of the optimizer, this one included: Adam's t
    train: TrainConfig
    rate: float  # the learning rate of this update
    loss: float  # nats per token, of the batch before the update
    grad_norm: float  # length of the whole gradient before clipping
    ratio: float  # length of the whole move over that of all weights
    decayed: frozenset[str]
    before: Named
    after: Named
    gradient: Named  # before clipping
    clipped: Named
    mean_before: Named
    mean: Named
    square_before: Named  # only what AdamW moves
    square: Named
    directions: Named  # only what Muon turns
    batch: Guesses
    probe: Guesses | None


def take_step(
    state: TrainState, dataset: TokenDataset, config: RunConfig, rates: Rates | None = None, probe: Tensor | None = None
) -> OneStep:
    """Train `state` by one step, and keep its numbers. `probe` (T,) int64: a sentence to guess before and after.

    Raises:
        RunError: all steps are done, or the loss is no longer a number.
    """
    train, rates = config.train, rates or Rates(config.train)
    if state.step >= train.steps:
        raise RunError(f"All {train.steps} steps of this run are done, so there is no next one to take apart.")
    batch = batch_of(state.step, dataset, config)
    reads = [batch, *([Batch(probe[None, :-1], probe[None, 1:])] if probe is not None and len(probe) > 1 else [])]
    shares = [shares_of(state.model, each) for each in reads]
    before, seen = _copies(state), Named()
    # From here to `optimizer.step`, line by line what training.loop does.
    loss = Gradients(state.model, products_of(train)).of(batch)
    gradient = _gradients(state.model)
    grad_norm = clip_grad_norm_(state.model.parameters(), train.grad_clip)
    if not (math.isfinite(loss.item()) and math.isfinite(grad_norm.item())):
        raise RunError(f"The loss became NaN at step {state.step + 1}, so there are no numbers to take apart.")
    clipped, rate = _gradients(state.model), rates.at(state.step)
    if isinstance(state.optimizer, Muon):
        state.optimizer.watch = lambda name, direction: seen.update({name: direction.clone()})
    ratio = state.optimizer.step(rate)
    state.step += 1
    if isinstance(state.optimizer, Muon):
        state.optimizer.watch = None
    after = _copies(state)
    guesses = [
        Guesses(each.inputs, each.targets, share, shares_of(state.model, each))
        for each, share in zip(reads, shares, strict=True)
    ]
    return OneStep(
        step=state.step - 1, updates=state.optimizer.steps, train=train, rate=rate, loss=loss.item(),
        grad_norm=grad_norm.item(), ratio=ratio, decayed=_decayed(state), before=before["model"],
        after=after["model"], gradient=gradient, clipped=clipped, mean_before=before["mean"], mean=after["mean"],
        square_before=before["mean_square"], square=after["mean_square"],
        directions=seen, batch=guesses[0], probe=guesses[1] if len(guesses) > 1 else None,
    )  # fmt: skip


def batch_of(step: int, dataset: TokenDataset, config: RunConfig) -> Batch:
    """What the update that follows `step` updates learns from."""
    size = {"context_length": config.model.context_length, "batch_size": config.train.batch_size}
    return Batches(dataset.train, **size, seed=config.seed).at(step)


def shares_of(model: GPT, batch: Batch) -> Tensor:
    """(B, T): the probability that the model gives to each target."""
    rows = max(1, LOGITS_AT_ONCE // (batch.inputs.size(1) * model.vocab_size))
    found = []
    with reading(model):
        for inputs, targets in zip(torch.split(batch.inputs, rows), torch.split(batch.targets, rows), strict=True):
            shares = model(inputs).float().softmax(dim=-1)  # (b, T, V)
            found.append(shares.gather(-1, targets[..., None])[..., 0])
    return torch.cat(found)


def _copies(state: TrainState) -> dict[str, Named]:
    """The state's tensors by what they are: model, mean, mean_square, each by the name of the weight."""
    found: dict[str, Named] = {"model": {}, "mean": {}, "mean_square": {}}
    for name, tensor in state.tensors().items():
        kind, _dot, weight = name.removeprefix("optimizer.").partition(".")
        if kind in found:
            found[kind][weight] = tensor.clone()
    return found


def _gradients(model: GPT) -> Named:
    return {
        name: weight.grad.clone() if weight.grad is not None else torch.zeros_like(weight)
        for name, weight in model.named_parameters()
    }


def _decayed(state: TrainState) -> frozenset[str]:
    """The weights that decay pulls towards 0, whoever moves them."""
    optimizer = state.optimizer
    if isinstance(optimizer, Muon):
        return frozenset(optimizer.matrices) | frozenset(optimizer.rest.decayed)
    assert isinstance(optimizer, AdamW)
    return frozenset(optimizer.decayed)


@dataclass(frozen=True)
class Arithmetic:
    """How one weight came to its new value; every number as the step had it.

    always   weight, gradient, shrink, clipped, momentum_before, momentum, beta1, direction, rate, decay, new
    adamw    square_before, square, beta2, updates, mean_hat, square_hat, epsilon
    muon     ahead (the look ahead along the momentum), orthogonal, size: direction = size · orthogonal
    """

    kind: Literal["adamw", "muon"]
    numbers: dict[str, float]


def arithmetic(step: OneStep, name: str, row: int, column: int) -> Arithmetic:
    """One weight's way through the step; `row` is 0 where the weights are a vector.

    Raises:
        RunError: there is no such weight.
    """
    weights = step.before.get(name)
    if weights is None:
        raise RunError(f'This model has no weights "{name[:60]}". Choose one of: {", ".join(step.before)}.')
    rows, columns = as_matrix(weights).shape
    if not (0 <= row < rows and 0 <= column < columns):
        raise RunError(f'"{name}" has {rows} rows and {columns} columns, so there is no row {row}, column {column}.')

    def at(tensors: Named) -> float:
        return float(as_matrix(tensors[name])[row, column])

    shared = {
        "weight": at(step.before), "gradient": at(step.gradient), "clipped": at(step.clipped), "new": at(step.after),
        "shrink": min(1.0, step.train.grad_clip / (step.grad_norm + CLIP_EPSILON)), "beta1": step.train.beta1,
        "momentum_before": at(step.mean_before), "momentum": at(step.mean), "rate": step.rate,
        "decay": step.train.weight_decay if name in step.decayed else 0.0,
    }  # fmt: skip
    if name in step.directions:
        size, direction = muon_size(weights), at(step.directions)
        ahead = shared["clipped"] + step.train.beta1 * (shared["momentum"] - shared["clipped"])
        turned = {"ahead": ahead, "size": size, "orthogonal": direction / size, "direction": direction}
        return Arithmetic("muon", shared | turned)
    return Arithmetic("adamw", shared | _adam(step, at(step.square_before), at(step.square), shared["momentum"]))


def _adam(step: OneStep, square_before: float, square: float, momentum: float) -> dict[str, float]:
    """Both means start at 0 and are too small at first; dividing by 1 - betaᵗ makes up for it."""
    mean_hat = momentum / (1 - step.train.beta1**step.updates)
    square_hat = square / (1 - step.train.beta2**step.updates)
    return {
        "square_before": square_before, "square": square, "beta2": step.train.beta2, "updates": float(step.updates),
        "mean_hat": mean_hat, "square_hat": square_hat, "epsilon": EPSILON,
        "direction": mean_hat / (math.sqrt(square_hat) + EPSILON),
    }  # fmt: skip


def muon_size(weights: Tensor) -> float:
    """What an orthogonal matrix of this shape is multiplied by, so that its numbers are as long as Adam's."""
    return SIZE * math.sqrt(max(weights.shape))


def singular_values(step: OneStep, name: str) -> tuple[list[float], list[float]]:
    """Of the matrix that Muon turns, before and after, longest first. Before: with the longest brought to 1.

    Raises:
        RunError: Muon does not turn this one.
    """
    if name not in step.directions:
        raise RunError(f'"{name[:60]}" is not turned by Muon, so it has no singular values here.')
    ahead = torch.lerp(step.clipped[name], step.mean[name], step.train.beta1)
    before = torch.linalg.svdvals(ahead)
    after = torch.linalg.svdvals(step.directions[name].float() / muon_size(ahead))
    return (before / before[0].clamp_min(EPSILON)).tolist(), after.tolist()


def as_matrix(weights: Tensor) -> Tensor:
    """(R, C); a vector is one row."""
    return weights if weights.dim() == 2 else weights.reshape(1, -1)
