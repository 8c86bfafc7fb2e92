"""A finished run to give away: a run and its curves in, a small folder out that opens like any other run."""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from lm_core.config import FORMAT_VERSION
from lm_core.errors import RunError
from lm_core.runs.checkpoint import WEIGHTS, checkpoints, read_tensors, save_tensors, step_of
from lm_core.runs.files import write_atomically
from lm_core.runs.history import load_points
from lm_core.runs.run import Run

MOST_POINTS = 600

Series = dict[str, Any]  # {"steps": [int], "columns": {name: [float | None]}}, as `Store.series` gives it


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


def read_series(run: Run, after: int = -1, limit: int = 5000) -> Series:
    """The curves of an exported run, in the shape of `Store.series`.

    Raises:
        RunError: the run was not exported, or its metrics.json is damaged.
    """
    try:
        values = json.loads(run.metrics_path.read_text(encoding="utf-8"))
        steps, columns = values["steps"], values["columns"]
        places = [place for place, step in enumerate(steps) if step > after][:limit]
        return _picked({"steps": steps, "columns": columns}, places)
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError):
        raise RunError(f'Run "{run.id}" has no readable curves (metrics.json). Choose another run.') from None


def thinned(series: Series, most: int = MOST_POINTS) -> Series:
    """At most `most` steps, evenly spread; first, last, and every step with a validation loss stay.

    Where validation losses alone are more than `most`, all of them stay all the same.
    """
    steps = series["steps"]
    validation = series["columns"].get("val_loss", [None] * len(steps))
    kept = {place for place, loss in enumerate(validation) if loss is not None} | {0, len(steps) - 1}
    others = [place for place in range(len(steps)) if place not in kept]
    room = max(0, most - len(kept))
    stride = max(1, math.ceil(len(others) / room)) if room else len(others) + 1
    return _picked(series, sorted(kept.union(others[stride - 1 :: stride]) if others else kept)) if steps else series


def _fill(target: Run, run: Run, checkpoint: Path, series: Series) -> None:
    target.folder.mkdir(parents=True)
    target.write_config(run.read_config())
    target.write_facts(run.read_facts())
    shutil.copytree(run.tokenizer_folder, target.tokenizer_folder)
    target.history_folder.mkdir()
    for point in load_points(run):
        name = f"s{point.step:08d}.npz"
        shutil.copy2(run.history_folder / name, target.history_folder / name)
    weights = {
        name: tensor.to(torch.float32).contiguous()
        for name, tensor in read_tensors(checkpoint).items()
        if name.startswith(WEIGHTS)
    }
    save_tensors(target, weights, step=step_of(checkpoint), epoch=0)
    text = json.dumps({"format_version": FORMAT_VERSION, **_rounded(thinned(series))}, separators=(",", ":"))
    write_atomically(target.metrics_path, text.encode())


def _picked(series: Series, places: Sequence[int]) -> Series:
    return {
        "steps": [series["steps"][place] for place in places],
        "columns": {name: [values[place] for place in places] for name, values in series["columns"].items()},
    }


def _rounded(series: Series) -> Series:
    """Six digits are more than a chart can show, and a third of the size."""
    columns = {
        name: [None if value is None or not math.isfinite(value) else float(f"{value:.6g}") for value in values]
        for name, values in series["columns"].items()
    }
    return {"steps": series["steps"], "columns": columns}
