"""A count model and token ids in, a stream of measurements out, while it counts: the training of a model that counts.

    step      1          2          3        …        every token once, in the order of the text
    tokens    ├──────────┼──────────┼──────────
              guessed, then counted, then the next piece

Each piece is guessed before it is counted, so its loss is that of text not yet seen; validation text is never counted.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from lm_core.config import RunConfig
from lm_core.data.batches import window_starts
from lm_core.data.dataset import TokenDataset, TokenIds
from lm_core.models.count_model import CountModel
from lm_core.models.ngram import IntArray
from lm_core.training.evaluation import bits_per_byte
from lm_core.training.events import EvalMetrics, Event, StepMetrics
from lm_core.training.loop import Speed, evaluations_of

MODEL = "model."
GUESSED_AT_ONCE = 100_000  # tokens


@dataclass
class CountState:
    """All that must be saved to go on counting as if nothing had happened."""

    model: CountModel
    step: int

    def tensors(self) -> dict[str, Tensor]:
        """By name, sharing memory with the state: model.*, step."""
        tables = {f"{MODEL}{name}": table for name, table in self.model.named_buffers()}
        return {**tables, "step": torch.tensor(self.step)}

    def load_tensors(self, tensors: Mapping[str, Tensor]) -> None:
        """Become the state that `tensors` were taken from.

        Raises:
            RunError: they are of another model, or damaged; nothing has been changed then.
        """
        self.model.load_tables({n.removeprefix(MODEL): table for n, table in tensors.items() if n.startswith(MODEL)})
        self.step = int(tensors["step"])


def new_counts(config: RunConfig, vocab_size: int) -> CountState:
    """Nothing counted yet.

    Raises:
        ConfigError: n-grams of this order over this vocabulary do not fit into a number.
    """
    return CountState(CountModel(config.model, vocab_size), step=0)


def piece_of(step: int, n_tokens: int, n_steps: int) -> tuple[int, int]:
    """Where the piece of this step, counted from 0, begins and ends: (1, 10, 4) -> (2, 5)."""
    return step * n_tokens // n_steps, (step + 1) * n_tokens // n_steps


def count_text(state: CountState, dataset: TokenDataset, config: RunConfig) -> Iterator[Event]:
    """Count from piece `state.step` to the last of `config.train.steps`, every token once.

    The same events as those of `lm_core.training.loop.train`, and as there, the state is consistent at each yield.
    """
    due = evaluations_of(config)
    train, steps = dataset.train, config.train.steps
    speed = Speed(max(1, len(train) // steps))
    if state.step in due:
        yield _evaluation(state, dataset, config)
    while state.step < steps:
        started = time.perf_counter()
        begin, end = piece_of(state.step, len(train), steps)
        tokens, first = _with_context(train, begin, end, config.model.order)
        loss = float(state.model.losses(tokens, first).mean()) if end > begin else 0.0
        state.model.count(tokens, first)
        state.step += 1
        tokens_per_second = speed.after(time.perf_counter() - started)
        values = {"loss": loss} if end > begin else {}  # more pieces than tokens: some are empty
        yield StepMetrics(state.step, {**values, "tokens_per_second": tokens_per_second})
        if state.step in due:
            yield _evaluation(state, dataset, config)
    yield _evaluation(state, dataset, config, final=True)


def loss_on(model: CountModel, tokens: TokenIds) -> float:
    """Mean loss on all these tokens, in nats per token; each sees as far back as the model looks."""
    total = 0.0
    for begin in range(0, len(tokens), GUESSED_AT_ONCE):
        total += _sum_of_losses(model, tokens, begin, min(begin + GUESSED_AT_ONCE, len(tokens)))
    return total / len(tokens)


def _sum_of_losses(model: CountModel, tokens: TokenIds, begin: int, end: int) -> float:
    return float(model.losses(*_with_context(tokens, begin, end, model.config.order)).sum())


def _with_context(tokens: TokenIds, begin: int, end: int, order: int) -> tuple[IntArray, int]:
    """tokens[begin:end] after the tokens that its first n-grams begin with, and how many those are."""
    start = max(0, begin - order + 1)
    return tokens[start:end].astype(np.int64), begin - start


def _evaluation(state: CountState, dataset: TokenDataset, config: RunConfig, *, final: bool = False) -> EvalMetrics:
    """On all of the validation text at the end; on the way, on the tokens that a Transformer's sample guesses."""
    tokens, length = dataset.validation, config.model.context_length
    if final:
        loss = loss_on(state.model, tokens)
    else:
        starts = window_starts(len(tokens), context_length=length, n_windows=config.train.eval_windows)
        sums = [_sum_of_losses(state.model, tokens, int(start) + 1, int(start) + 1 + length) for start in starts]
        loss = sum(sums) / (length * len(sums))
    per_byte = bits_per_byte(loss, len(dataset.validation), dataset.validation_bytes)
    return EvalMetrics(state.step, {"val_loss": loss, "val_bits_per_byte": per_byte}, final=final)
