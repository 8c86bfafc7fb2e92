"""A finished run to give away: a run and its curves in, a small folder out that opens like any other run."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from lm_core.config import FORMAT_VERSION
from lm_core.errors import RunError
from lm_core.files import write_atomically
from lm_core.runs.checkpoint import WEIGHTS, save_tensors, shared_weights
from lm_core.runs.checkpoint_files import checkpoints, step_of
from lm_core.runs.history import load_points
from lm_core.runs.run import Run
from lm_core.runs.series import Series, rounded, thinned


def export_run(run: Run, folder: Path, series: Series) -> Run:
    """Copy what a shared run needs: configuration, facts, tokenizer, film, the last weights, at most 600 points.

    Raises:
        RunError: `folder` exists already, or the run has saved no model yet.
    """
    found = checkpoints(run)
    if not found:
        raise RunError(f'Run "{run.id}" has saved no model yet. Let it finish, or stop it to save one.')
    if folder.exists():
        raise RunError(f'"{folder}" exists already. Choose another place, or remove it first.')
    unfinished = folder.with_name(f".{folder.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    _fill(Run(unfinished), run, found[-1], series)
    unfinished.rename(folder)
    return Run(folder)


def _fill(target: Run, run: Run, checkpoint: Path, series: Series) -> None:
    target.folder.mkdir(parents=True)
    target.write_config(run.read_config())
    target.write_facts(run.read_facts())
    shutil.copytree(run.tokenizer_folder, target.tokenizer_folder)
    target.history_folder.mkdir()
    for point in load_points(run):
        name = f"s{point.step:08d}.npz"
        shutil.copy2(run.history_folder / name, target.history_folder / name)
    weights = {f"{WEIGHTS}{name}": tensor for name, tensor in shared_weights(checkpoint).items()}
    save_tensors(target, weights, step=step_of(checkpoint), epoch=0)
    text = json.dumps({"format_version": FORMAT_VERSION, **rounded(thinned(series))}, separators=(",", ":"))
    write_atomically(target.metrics_path, text.encode())
