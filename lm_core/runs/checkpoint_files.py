"""Which checkpoints a run has, by their names alone: a run in, its files in the order of their age or steps out.

    checkpoints/s00000500-e3.safetensors      after 500 steps, written by the run's third worker

The worker's number is part of the name, so that a worker that was given up cannot overwrite its successor's file.
Nothing here needs torch.
"""

from __future__ import annotations

import re
from pathlib import Path

from lm_core.errors import RunError
from lm_core.runs.run import Run

_NAME = re.compile(r"s(\d{8})-e(\d+)\.safetensors")


def name_of(step: int, epoch: int) -> str:
    """(500, 3) -> 's00000500-e3.safetensors'"""
    return f"s{step:08d}-e{epoch}.safetensors"


def checkpoints(run: Run) -> list[Path]:
    """All checkpoint files, the newest last: by worker, then by step."""
    if not run.checkpoints_folder.is_dir():
        return []
    return sorted((path for path in run.checkpoints_folder.iterdir() if _NAME.fullmatch(path.name)), key=_age)


def delete_after(run: Run, path: Path | None) -> None:
    """Forget the checkpoints that are newer than `path` (all, for None): training goes back to that one."""
    for other in checkpoints(run):
        if path is None or _age(other) > _age(path):
            other.unlink(missing_ok=True)


def kept_checkpoints(run: Run) -> list[Path]:
    """What can be opened, one file a step, in the order of steps; nothing of a past that the run has left."""
    files = checkpoints(run)
    by_step = {step_of(path): path for path in files}  # of two for one step the newer worker's
    stale = of_another_past(files)
    return [path for _, path in sorted(by_step.items()) if path not in stale]


def checkpoint_near(run: Run, step: int) -> Path:
    """The kept checkpoint nearest to a step, of two equally near the later.

    Raises:
        RunError: the run has saved no model yet.
    """
    kept = kept_checkpoints(run)
    if not kept:
        return newest(run)
    return min(kept, key=lambda path: (abs(step_of(path) - step), -step_of(path)))


def of_another_past(files: list[Path]) -> set[Path]:
    """Those of earlier workers beyond a step that a later worker has begun from: it never came there that way."""
    stale, begun = set(), 10**9
    for path in reversed(files):  # the newest first
        if step_of(path) > begun:
            stale.add(path)
        begun = min(begun, step_of(path))
    return stale


def step_of(path: Path) -> int:
    """'s00000500-e3.safetensors' -> 500"""
    return _age(path)[1]


def _age(path: Path) -> tuple[int, int]:
    match = _NAME.fullmatch(path.name)
    if match is None:
        raise RunError(f"{path.name} is not the name of a checkpoint. Choose one of the run's own.")
    return int(match[2]), int(match[1])


def newest(run: Run) -> Path:
    """What the run would go on from.

    Raises:
        RunError: the run has saved no model yet.
    """
    found = checkpoints(run)
    if not found:
        raise RunError(f'Run "{run.id}" has saved no model yet. Wait for its first checkpoint, or stop it to save one.')
    return found[-1]
