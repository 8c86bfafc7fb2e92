"""What training tells its caller, one frozen record at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True)
class StepMetrics:
    """One update, made: `step` updates so far.

    loss               nats/token of this step's batch, before its update
    learning_rate      of this update
    grad_norm          length of the gradient before clipping
    update_ratio       length of the update over length of the weights: around 1e-3 is usual, 1e-1 is wild
    tokens_per_second  of the last steps, without what happens between them
    """

    step: int
    values: dict[str, float]


@dataclass(frozen=True)
class EvalMetrics:
    """The loss on text that the model does not learn from, after `step` updates.

    val_loss           nats/token
    val_bits_per_byte  the same per byte of text: comparable between tokenizers

    `final`: measured over the whole validation split; otherwise over a fixed sample of it.
    """

    step: int
    values: dict[str, float]
    final: bool = False


Event: TypeAlias = StepMetrics | EvalMetrics
