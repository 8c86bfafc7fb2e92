"""A model and a configuration in, the optimizer that it asks for out."""

from __future__ import annotations

from torch import nn

from lm_core.config import TrainConfig
from lm_core.training.muon import Muon
from lm_core.training.optimizers import AdamW, Optimizer, decaying
from lm_core.training.precision import products_of


def make_optimizer(model: nn.Module, train: TrainConfig) -> Optimizer:
    """AdamW over all weights, or Muon over the matrices inside the blocks and AdamW over the rest."""
    weights = dict(model.named_parameters())
    decayed = decaying(model)
    inside = {name for name, weight in weights.items() if name.startswith("blocks.") and weight.dim() == 2}
    by_muon = inside if train.optimizer == "muon" else set()
    rest = AdamW(
        {name: weight for name, weight in weights.items() if name not in by_muon},
        decayed=decayed - by_muon,
        betas=(train.beta1, train.beta2),
        decay=train.weight_decay,
    )
    if train.optimizer == "adamw":
        return rest
    matrices = {name: weights[name] for name in weights if name in by_muon}
    return Muon(matrices, rest, momentum=train.beta1, decay=train.weight_decay, products=products_of(train))
