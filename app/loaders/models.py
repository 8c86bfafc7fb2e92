"""Which models of a run can be opened, and the opened ones: a run id and a step in, a model and its tokenizer out.

A run keeps a dozen of its models (lm_core/runs/checkpoint.py says which). A step without one of its own is answered
with the nearest kept one; the picture says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.loaders import runs
from app.loaders.bounded import Bounded
from lm_core.config import PRETRAINED, ModelConfig
from lm_core.errors import RunError
from lm_core.runs.checkpoint_files import checkpoint_near, checkpoints, kept_checkpoints, step_of
from lm_core.runs.run import Run

MOST_BYTES = 1_200_000_000  # of open models: two of 135 million parameters, or hundreds of our own


@dataclass(frozen=True)
class Opened:
    """One model as it was after `step` updates."""

    model: Any
    tokenizer: Any
    step: int


def kept(run_id: str) -> list[int]:
    """The steps whose models can be opened, ascending; empty before the first checkpoint.

    Raises:
        RunError: there is no such run.
    """
    return [step_of(path) for path in kept_checkpoints(runs.open_run(run_id))]


def with_model() -> list[runs.RunChoice]:
    """The runs, in the order of the picker, that have saved a model."""
    return [choice for choice in runs.list_choices() if _has_model(choice.run_id)]


def _has_model(run_id: str) -> bool:
    try:
        return bool(kept(run_id))
    except RunError:
        return False


def nearest(run_id: str, step: int | None = None) -> Path:
    """The checkpoint nearest to a step, or the newest.

    Raises:
        RunError: there is no such run, or it has saved no model yet.
    """
    run = runs.open_run(run_id)
    saved = checkpoints(run)
    if not saved:
        raise RunError("This run has saved no model yet. Wait for its first checkpoint, then try again.")
    return saved[-1] if step is None or step < 0 else checkpoint_near(run, step)


def every(run_id: str, first: Path) -> list[Path]:
    """All kept checkpoints, `first` before the others and then the newest first: in the order of what is asked for."""
    others = [path for path in reversed(kept_checkpoints(runs.open_run(run_id))) if path != first]
    return [first, *others]


def open_model(run_id: str, checkpoint: Path) -> Opened:
    """The model of a checkpoint, one copy for all who look; the newest stay open while they fit. Imports torch.

    Raises:
        RunError: the checkpoint is damaged, or went away meanwhile.
        ModelError: there is not enough memory to open it.
    """
    run = runs.open_run(run_id)
    return _opened.get((run.folder, checkpoint), lambda: _open(run, checkpoint))


def begins_anew(run_id: str) -> bool:
    """Whether the model as it was before its first step can be made again: it was drawn from the run's own seed.

    Raises:
        RunError: there is no such run.
    """
    config = runs.config_of(run_id)
    return config.corpus.name != PRETRAINED and config.start is None


def open_untrained(run_id: str) -> Opened:
    """The model as its seed drew it, before the first step; no file keeps that, so it is drawn again. Imports torch.

    Raises:
        RunError: there is no such run.
    """
    run = runs.open_run(run_id)
    return _opened.get((run.folder, "untrained"), lambda: _draw(run))


def open_example(config: ModelConfig, vocab_size: int) -> Any:
    """A model of this shape, its weights by chance: to measure with, where what it says does not matter."""
    return _opened.get((config, vocab_size), lambda: Opened(_by_chance(config, vocab_size, 0), None, 0)).model


def _by_chance(config: ModelConfig, vocab_size: int, seed: int) -> Any:
    import torch

    from lm_core.models.registry import new_model

    torch.set_num_threads(1)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return new_model(config, vocab_size).eval()


def _draw(run: Run) -> Opened:
    from lm_core.tokenizers.registry import load_tokenizer

    config = run.read_config()
    model = _by_chance(config.model, run.read_facts().vocab_size, config.seed)
    return Opened(model, load_tokenizer(run.tokenizer_folder), 0)


def open_transformer(run_id: str, checkpoint: Path) -> Opened:
    """The same for who looks inside: a model with layers and heads.

    Raises:
        RunError: as above, or the run only counts.
    """
    refuse_counting(run_id)
    return open_model(run_id, checkpoint)


def is_counting(run_id: str) -> bool:
    """Whether the run's model only counts which token follows which. Raises RunError where there is no such run."""
    return runs.config_of(run_id).model.architecture == "counts"


def refuse_counting(run_id: str) -> None:
    """Do nothing where the run's model is a Transformer.

    Raises:
        RunError: it only counts, or there is no such run.
    """
    if is_counting(run_id):
        raise RunError(
            "This model only counts which token follows which: it has no attention and no layers to look into. Choose "
            "another run."
        )


def _open(run: Run, checkpoint: Path) -> Opened:
    import psutil
    import torch

    from lm_core.models.memory import refuse_if_too_large_to_open
    from lm_core.runs.checkpoint import open_model as read_model
    from lm_core.tokenizers.registry import load_tokenizer

    torch.set_num_threads(1)  # runs that train need the other cores
    config, vocab_size = run.read_config(), run.read_facts().vocab_size
    refuse_if_too_large_to_open(
        config.name or run.id, config.model, vocab_size, int(psutil.virtual_memory().available) + _opened.bytes
    )
    model, step = read_model(run, checkpoint)
    return Opened(model, load_tokenizer(run.tokenizer_folder), step)


def _bytes_of(opened: Opened) -> int:
    return sum(weight.nbytes for weight in opened.model.state_dict().values())


_opened = Bounded(MOST_BYTES, _bytes_of)
