"""The one mutable thing of training: a model, what its optimizer remembers, and how many steps are done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from lm_core.config import RunConfig
from lm_core.errors import RunError
from lm_core.models.gpt import GPT
from lm_core.models.registry import build_model
from lm_core.training.choice import make_optimizer
from lm_core.training.optimizers import Optimizer


@dataclass
class TrainState:
    """All that must be saved to go on later as if nothing had happened."""

    model: GPT
    optimizer: Optimizer
    step: int

    def tensors(self) -> dict[str, Tensor]:
        """By name, sharing memory with the state: model.*, optimizer.*, rng (torch's generator), step."""
        return {
            **{f"model.{name}": weight.detach() for name, weight in self.model.named_parameters()},
            **{f"optimizer.{name}": tensor for name, tensor in self.optimizer.tensors()},
            "rng": torch.get_rng_state(),
            "step": torch.tensor(self.step),
        }

    def load_tensors(self, tensors: Mapping[str, Tensor]) -> None:
        """Become the state that `tensors` were taken from, torch's generator included.

        Raises:
            RunError: a tensor is missing, unknown, or of another shape; nothing has been changed then.
        """
        own = self.tensors()
        _check_same_shapes(own, tensors)
        for name, tensor in tensors.items():
            if name.startswith(("model.", "optimizer.")):
                own[name].copy_(tensor)
        self.optimizer.steps = int(tensors["optimizer.steps"])
        self.step = int(tensors["step"])
        torch.set_rng_state(tensors["rng"])

    def go_on_from(self, tensors: Mapping[str, Tensor], step: int) -> bool:
        """Begin at `step` with the weights of another training, and with what its optimizer remembers if that is of
        the same kind; else the optimizer begins anew. Says which.

        Raises:
            RunError: the weights are those of another model; nothing has been changed then.
        """
        own = self.tensors()
        if own.keys() == tensors.keys() and int(tensors["step"]) == step:
            self.load_tensors(tensors)
            return True
        weights = {name: tensor for name, tensor in own.items() if name.startswith("model.")}
        found = {name: tensor for name, tensor in tensors.items() if name.startswith("model.")}
        _check_same_shapes(weights, found)
        for name, tensor in found.items():
            weights[name].copy_(tensor)
        self.step = step
        if "rng" in tensors:
            torch.set_rng_state(tensors["rng"])
        return False


def new_state(config: RunConfig, vocab_size: int) -> TrainState:
    """An untrained model; torch's generator is seeded with `config.seed` first."""
    torch.manual_seed(config.seed)
    model = build_model(config.model, vocab_size)
    return TrainState(model, make_optimizer(model, config.train), step=0)


def _check_same_shapes(expected: Mapping[str, Tensor], found: Mapping[str, Tensor]) -> None:
    missing, unknown = sorted(expected.keys() - found.keys()), sorted(found.keys() - expected.keys())
    if missing or unknown:
        names = ", ".join((missing or unknown)[:3])
        raise RunError(
            f"This checkpoint belongs to another model: it {'lacks' if missing else 'has the unknown'} {names}. "
            "Start a new run, or restore the run's own configuration."
        )
    for name, tensor in expected.items():
        if found[name].shape != tensor.shape:
            raise RunError(
                f"This checkpoint belongs to another model: {name} has the shape {tuple(found[name].shape)}, "
                f"and {tuple(tensor.shape)} is expected. Start a new run, or restore the run's own configuration."
            )
