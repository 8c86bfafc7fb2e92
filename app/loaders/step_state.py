"""A run and a step number in, that step made again from its checkpoint out, to be taken apart."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.loaders import models, runs
from app.loaders.dataset import dataset_of, has_text
from lm_core.errors import RunError

if TYPE_CHECKING:
    from lm_core.tokenizers.base import Tokenizer
    from lm_core.training.one_step import OneStep

MOST_PARAMETERS = 4_000_000  # seven copies of each are kept
MOST_SECONDS = 2.0
PASSES = 4  # a step and two readings of its batch, in steps; each of them again where chance plays a part
GUESSED_PRODUCTS_PER_SECOND = 1e10  # where no speed was measured
KEPT_BYTES = 256_000_000
TRIES = 5


@dataclass(frozen=True)
class Recorded:
    """A step taken apart, with what it takes to read it."""

    step: OneStep
    tokenizer: Tokenizer
    seconds: float  # that it took to make
    n_bytes: int


_recorded: OrderedDict[tuple[Any, ...], Recorded] = OrderedDict()
_busy = threading.Lock()


def kept_steps(run_id: str) -> dict[int, Path | None]:
    """From which steps the next one can be made again: those of whole checkpoints, and 0, which the seed gives back.

    Raises:
        RunError: there are none, since the run went on from another one and was brought here without its checkpoints.
    """
    from lm_core.runs.checkpoint_files import kept_checkpoints, step_of

    run, config = runs.open_run(run_id), runs.config_of(run_id)
    found: dict[int, Path | None] = {} if config.start else {0: None}
    if has_text(run):  # else it was given away: weights without what the optimizer remembers
        found |= {step_of(path): path for path in kept_checkpoints(run)}
    found = {step: found[step] for step in sorted(found) if step < config.train.steps}
    if not found:
        raise RunError("No step of this run can be made again: it went on from another run, whose models are not here.")
    return found


def recorded(run_id: str, wanted: int) -> Recorded:
    """The step that follows the newest kept one at or before `wanted` (below 0: the newest of all); remembered.

    Raises:
        LMError: the model is too large for that, its text is gone, or its files are damaged.
    """
    models.refuse_counting(run_id)
    kept = kept_steps(run_id)
    step = max((each for each in kept if each <= wanted), default=min(kept)) if wanted >= 0 else max(kept)
    changes = {} if runs.is_gallery(run_id) else runs.store().lease(run_id, 0).rates()
    key = (run_id, step, str(kept[step]), runs.open_run(run_id).folder, *sorted(changes.items()))
    with _busy:  # one at a time: the cores belong to those who train
        if key not in _recorded:
            refuse_if_slow(run_id)
            _recorded[key] = _record(run_id, kept[step], changes)
        _recorded.move_to_end(key)
        while len(_recorded) > 1 and sum(each.n_bytes for each in _recorded.values()) > KEPT_BYTES:
            _recorded.popitem(last=False)
        return _recorded[key]


def refuse_if_slow(run_id: str) -> None:
    """Do nothing where a step is short.

    Raises:
        RunError: making one would take longer than a page may wait; the sentence has the sizes.
    """
    config, facts, status = runs.config_of(run_id), runs.facts_of(run_id), runs.status_of(run_id)
    if facts is None:
        raise RunError("This run is still preparing its text. Its steps can be taken apart when the first are made.")
    tokens = config.train.batch_size * config.model.context_length
    speed = status["tokens_per_second"] or GUESSED_PRODUCTS_PER_SECOND / (6 * facts.parameters)
    seconds = PASSES * tokens / speed * (2 if config.model.dropout else 1)
    if facts.parameters > MOST_PARAMETERS:
        raise RunError(
            f"This model has {facts.parameters:,} parameters, and the server takes steps of up to "
            f"{MOST_PARAMETERS:,} apart. Look at a smaller model."
        )
    if seconds > MOST_SECONDS:
        raise RunError(
            f"Taking a step of this model apart would keep the server busy for about {seconds:.0f} s "
            f"({facts.parameters:,} parameters, {tokens:,} tokens in each step). Look at a smaller model."
        )


def _record(run_id: str, checkpoint: Path | None, changes: dict[int, float | None]) -> Recorded:
    import torch

    from lm_core.jobs.filming import probe_ids
    from lm_core.runs.checkpoint import load_checkpoint
    from lm_core.tokenizers.registry import load_tokenizer
    from lm_core.training.one_step import take_step
    from lm_core.training.schedule import Rates
    from lm_core.training.state import new_state

    began = time.perf_counter()
    run, config = runs.open_run(run_id), runs.config_of(run_id)
    tokenizer = load_tokenizer(run.tokenizer_folder)
    dataset = dataset_of(run_id)
    probe = torch.tensor(probe_ids(config, tokenizer, dataset))

    def make() -> OneStep:
        state = new_state(config, tokenizer.vocab_size)
        if checkpoint is not None:
            load_checkpoint(checkpoint, state)
        return take_step(state, dataset, config, Rates(config.train, changes), probe)

    torch.set_num_threads(1)  # as the worker has for a model of this size: sums over more round differently
    with torch.random.fork_rng(devices=[]):
        by_chance = checkpoint is None or config.model.dropout > 0
        step = _twice_alike(make) if by_chance else make()
    size = sum(tensor.nbytes for tensor in (*step.before.values(), *step.directions.values()))
    return Recorded(step, tokenizer, time.perf_counter() - began, 7 * size)


def _twice_alike(make: Callable[[], OneStep]) -> OneStep:
    """Torch has one source of chance for all threads: if another page draws at the same moment, two tries differ."""
    import torch

    found = make()
    for _try in range(TRIES):
        again = make()
        if all(torch.equal(found.after[name], again.after[name]) for name in found.after):
            return found
        found = again
    raise RunError("The server is too busy to make this step again exactly. Try again in a moment.")
