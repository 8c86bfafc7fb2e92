"""A step number in, the learning rate of that step out.

rate     warm-up   then cosine, linear or constant
  │        ╱‾‾‾╲
  │      ╱       ╲
  │    ╱           ╲____  final_lr_fraction
  └───────────────────── step
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from lm_core.config import TrainConfig


def learning_rate(step: int, train: TrainConfig) -> float:
    """The rate of the update that follows `step` updates: steps count from 0 to `train.steps` - 1.

    With learning_rate 1, warmup_steps 2, steps 5, linear, final_lr_fraction 0: 0.5, 1, 1, 0.5, 0.
    """
    if step < train.warmup_steps:
        return train.learning_rate * (step + 1) / train.warmup_steps
    last = train.steps - 1
    done = (step - train.warmup_steps) / (last - train.warmup_steps) if last > train.warmup_steps else 0.0
    floor = train.final_lr_fraction
    return train.learning_rate * (floor + (1 - floor) * _height(min(done, 1.0), train.schedule))


class Rates:
    """The rate of every step: the schedule's, or what people set instead of it while the run trained.

    `changes` names, for a number of updates made, the rate from the next update on; None is the schedule again. The
    rate stays a pure function of the step, so training that goes back to a checkpoint makes each change where it was
    first made, and comes to the same weights.
    """

    def __init__(self, train: TrainConfig, changes: Mapping[int, float | None] | None = None) -> None:
        self._train = train
        self._changes = dict(changes or {})

    def at(self, step: int) -> float:
        """The rate of the update that follows `step` updates."""
        by_hand = self._newest(step)
        return learning_rate(step, self._train) if by_hand is None else by_hand

    def asked_for(self, step: int) -> float:
        """The number that a person chose: the rate set by hand, or the highest of the schedule."""
        return self._newest(step) or self._train.learning_rate

    @property
    def by_hand(self) -> float | None:
        """What people wished last; None: the schedule."""
        return self._newest(None)

    def change(self, step: int, rate: float | None) -> None:
        """From the update after `step` updates on, `rate`; what was to change later is forgotten."""
        self._changes = {earlier: before for earlier, before in self._changes.items() if earlier < step} | {step: rate}

    def _newest(self, step: int | None) -> float | None:
        made = [change for change in self._changes if step is None or change <= step]
        return self._changes[max(made)] if made else None


def _height(done: float, schedule: str) -> float:
    """From 1 at the start of the fall to 0 at its end. Cosine: Loshchilov & Hutter 2017, without restarts."""
    if schedule == "cosine":
        return (1 + math.cos(math.pi * done)) / 2
    if schedule == "linear":
        return 1 - done
    return 1.0
