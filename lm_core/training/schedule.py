"""A step number in, the learning rate of that step out.

rate     warm-up   then cosine, linear or constant
  │        ╱‾‾‾╲
  │      ╱       ╲
  │    ╱           ╲____  final_lr_fraction
  └───────────────────── step
"""

from __future__ import annotations

import math

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


def _height(done: float, schedule: str) -> float:
    """From 1 at the start of the fall to 0 at its end. Cosine: Loshchilov & Hutter 2017, without restarts."""
    if schedule == "cosine":
        return (1 + math.cos(math.pi * done)) / 2
    if schedule == "linear":
        return 1 - done
    return 1.0
