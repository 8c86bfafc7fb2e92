"""What the film of a training costs: its share of a run's time, a line a preset and recipe; the aim is below 3 %.

Steps and frames of each kind are timed by themselves and multiplied by how many a whole run has: the frames of the
plan (`film_steps`), the evaluations between them left out, which makes the share larger than it is.
Seconds are those of one thread's processor time, without waiting for the disk.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from benchmarks.pairs import load
from lm_core.config import RunConfig, TokenizerSpec
from lm_core.data.batches import Batches
from lm_core.data.dataset import TokenDataset
from lm_core.jobs.filming import Film, film_steps, sample_length
from lm_core.presets import preset_config
from lm_core.runs.run import create_run
from lm_core.tokenizers.registry import train_tokenizer
from lm_core.training.precision import Gradients, products_of
from lm_core.training.state import TrainState, new_state

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ .,;:!?-'\n"
STEPS, FRAMES = 24, 3


def seconds(work: Callable[[], object], times: int) -> float:
    """The processor's seconds of one call, the first one left out."""
    work()
    started = time.thread_time()
    for _ in range(times):
        work()
    return (time.thread_time() - started) / times


def measure(config: RunConfig, folder: Path) -> tuple[float, float, int]:
    """The film's share of the run's time, the seconds of a step, the number of frames."""
    tokenizer = train_tokenizer(TokenizerSpec(kind="char"), [LETTERS])
    ids = np.random.default_rng(0).integers(1, tokenizer.vocab_size, 200_000).astype(np.uint16)
    dataset = TokenDataset(ids, ids[:20_000], tokenizer.vocab_size, len(ids), 20_000)
    state = new_state(config, tokenizer.vocab_size)
    batches = Batches(ids, context_length=config.model.context_length, batch_size=config.train.batch_size, seed=1)
    gradients = Gradients(state.model, products_of(config.train))

    def step() -> None:
        gradients.of(batches.at(state.step))
        state.optimizer.step(1e-4)

    film = Film(create_run(config, folder), config, tokenizer, dataset)
    of_step = seconds(step, STEPS)
    kinds = [sample_length(at, config) for at in film_steps(config)]
    due = iter(sorted(film_steps(config), reverse=True))
    of_frame = {
        length: seconds(lambda length=length: frame(film, state, next(due), length), FRAMES) for length in set(kinds)
    }
    filmed = sum(of_frame[length] for length in kinds)
    return filmed / (filmed + config.train.steps * of_step), of_step, len(kinds)


def frame(film: Film, state: TrainState, at: int, length: int) -> None:
    """One frame at a step that is due, with the look at the weights before it."""
    state.step = at - 1
    film.look(state)
    state.step = at
    film.take(state, 2.0, length=length)


def main() -> None:
    torch.set_num_threads(1)
    for preset, recipe in (("tiny", "classic"), ("small", "classic"), ("tiny", "modern"), ("small", "modern")):
        with tempfile.TemporaryDirectory() as folder:
            share, of_step, frames = measure(preset_config(preset, recipe), Path(folder))
        print(
            f"history, {preset}, {recipe}: {frames} frames cost {100 * share:.1f} % of the time "
            f"(a step takes {1000 * of_step:.0f} ms); aim below 3 %; 1 thread, {load()}",
            flush=True,
        )


if __name__ == "__main__":
    main()
