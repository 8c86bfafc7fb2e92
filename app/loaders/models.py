"""Which models of a run can be opened, and the opened ones: a run id and a step in, a model and its tokenizer out.

A run keeps a dozen of its models (lm_core/runs/checkpoint.py says which). A step without one of its own is answered
with the nearest kept one; the picture says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from app.loaders import runs
from lm_core.errors import RunError
from lm_core.runs.checkpoint_files import checkpoint_near, checkpoints, kept_checkpoints, step_of
from lm_core.runs.run import Run

MOST_OPEN = 6


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
    """The model of a checkpoint; the newest few stay open. Imports torch.

    Raises:
        RunError: the checkpoint is damaged, or went away meanwhile.
    """
    return _opened(runs.open_run(run_id).folder.as_posix(), checkpoint.as_posix())


@lru_cache(maxsize=MOST_OPEN)
def _opened(folder: str, checkpoint: str) -> Opened:
    import torch

    from lm_core.runs.checkpoint import load_model
    from lm_core.tokenizers.registry import load_tokenizer

    torch.set_num_threads(1)  # runs that train need the other cores
    run = Run(Path(folder))
    model, step = load_model(run, Path(checkpoint))
    return Opened(model, load_tokenizer(run.tokenizer_folder), step)
