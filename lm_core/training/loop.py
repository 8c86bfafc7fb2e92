"""A training state and token ids in, a stream of measurements out, while the model learns.

    for event in train(state, dataset, config):
        …                                        # record it, draw it, save the state, or stop: between any two events

A step: a batch of windows -> the loss of guessing each next token -> its gradient -> one update.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Iterable, Iterator

from torch.nn.utils import clip_grad_norm_

from lm_core.config import RunConfig, TrainConfig
from lm_core.data.batches import Batch, Batches, validation_windows
from lm_core.data.dataset import TokenDataset
from lm_core.errors import RunError
from lm_core.training.evaluation import bits_per_byte, evaluate
from lm_core.training.events import EvalMetrics, Event, StepMetrics
from lm_core.training.precision import Gradients, products_of
from lm_core.training.schedule import Rates
from lm_core.training.state import TrainState

SPEED_STEPS = 20  # steps that tokens_per_second looks back on


def log_spaced_steps(last_step: int, count: int = 12) -> list[int]:
    """At most `count` steps, dense where models change fast: (1000) -> 0, 1, 2, 5, 10, 20, 50, … 500, 1000."""
    decades = (10**power for power in range(len(str(last_step))))
    between = [step for decade in decades for step in (decade, 2 * decade, 5 * decade) if step < last_step]
    steps = [0, *between, last_step] if last_step else [0]
    chosen = {round(place * (len(steps) - 1) / (count - 1)) for place in range(count)} if count > 1 else {0}
    return [steps[place] for place in sorted(chosen)] if len(steps) > count else steps


class Speed:
    """Tokens per second over the last steps: the steps' own time, without what the caller does between them."""

    def __init__(self, tokens_per_step: int) -> None:
        self._tokens = tokens_per_step
        self._seconds: deque[float] = deque(maxlen=SPEED_STEPS)

    def after(self, seconds: float) -> float:
        """One more step took so many seconds."""
        self._seconds.append(seconds)
        return self._tokens * len(self._seconds) / sum(self._seconds)


def train(state: TrainState, dataset: TokenDataset, config: RunConfig, rates: Rates | None = None) -> Iterator[Event]:
    """Train from `state.step` to `config.train.steps`, each step at its rate; by default at the schedule's.

    Yields an `EvalMetrics` at step 0, a `StepMetrics` after each update, an `EvalMetrics` after the update where one is
    due, and a last one over the whole validation split. The state is consistent at each yield, and a state saved at any
    of them goes on bit for bit as if it had never stopped; it first repeats the evaluation due at its step, if any.

    Raises:
        RunError: the loss or its gradient is no longer a finite number; the weights are still those before the step.
    """
    batches = Batches(
        dataset.train,
        context_length=config.model.context_length,
        batch_size=config.train.batch_size,
        seed=config.seed,
    )
    sample = list(_windows(dataset, config, config.train.eval_windows))
    due = evaluations_of(config)
    rates = rates or Rates(config.train)
    gradients = Gradients(state.model, products_of(config.train))
    speed = Speed(config.train.batch_size * config.model.context_length)
    if state.step in due:
        yield _evaluation(state, sample, dataset)
    while state.step < config.train.steps:
        started = time.perf_counter()
        loss, grad_norm = _gradient(gradients, batches.at(state.step), config.train)
        if not (math.isfinite(loss) and math.isfinite(grad_norm)):
            yield StepMetrics(state.step + 1, {"loss": math.nan, "grad_norm": grad_norm})
            raise RunError(_diverged(state.step, rates))
        rate = rates.at(state.step)
        update_ratio = state.optimizer.step(rate)
        state.step += 1
        values = {"loss": loss, "learning_rate": rate, "grad_norm": grad_norm, "update_ratio": update_ratio}
        tokens_per_second = speed.after(time.perf_counter() - started)
        yield StepMetrics(state.step, {**values, "tokens_per_second": tokens_per_second})
        if state.step in due:
            yield _evaluation(state, sample, dataset)
    yield _evaluation(state, _windows(dataset, config, None), dataset, final=True)


def evaluation_steps(train: TrainConfig) -> frozenset[int]:
    """Every `eval_every` steps, and at the first log-spaced steps, where the loss falls fastest."""
    early = (step for step in log_spaced_steps(train.steps) if step < train.eval_every)
    return frozenset((*early, *range(0, train.steps + 1, train.eval_every)))


def evaluations_of(config: RunConfig) -> frozenset[int]:
    """The same for a whole run: one that goes on from another is measured where it begins, too."""
    return evaluation_steps(config.train) | ({config.start.step} if config.start else set())


def _gradient(gradients: Gradients, batch: Batch, train: TrainConfig) -> tuple[float, float]:
    """Leave the batch's gradient, clipped, at each weight; returns the loss and the gradient's length before clipping.

    Clipping keeps the direction and bounds the length (Pascanu et al. 2013, section 3.2).
    """
    loss = gradients.of(batch)
    grad_norm = clip_grad_norm_(gradients.model.parameters(), train.grad_clip)
    return loss.item(), grad_norm.item()


def _windows(dataset: TokenDataset, config: RunConfig, n_windows: int | None) -> Iterable[Batch]:
    return validation_windows(dataset.validation, context_length=config.model.context_length, n_windows=n_windows)


def _evaluation(
    state: TrainState, windows: Iterable[Batch], dataset: TokenDataset, *, final: bool = False
) -> EvalMetrics:
    loss = evaluate(state.model, windows)
    per_byte = bits_per_byte(loss, len(dataset.validation), dataset.validation_bytes)
    return EvalMetrics(state.step, {"val_loss": loss, "val_bits_per_byte": per_byte}, final=final)


def _diverged(step: int, rates: Rates) -> str:
    return (
        f"The loss became NaN at step {step + 1}: the updates grew too large at a learning rate of "
        f"{rates.at(step):.2g}. Lower the learning rate (try {rates.asked_for(step) / 4:.2g}) or lengthen "
        f"the warm-up; the weights of step {step} are kept."
    )
