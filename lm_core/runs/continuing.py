"""A run that goes on from another: the parent's configuration, a step and settings in, a child with its own copies out.

    parent   0 ───── 400 ───── … ───── 1500
                      └─ child ─── … ──── 1500        the same model, text, tokenizer and seed; other settings of train

The child counts on from the parent's step: its schedule and its batches are those of step 400 and after, so with equal
settings it comes to the parent's own end, bit for bit. What it needs of the parent is copied, so the parent may go.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from lm_core.config import RunConfig, StartPoint, with_settings
from lm_core.errors import ConfigError, RunError
from lm_core.runs.checkpoint import read_tensors
from lm_core.runs.checkpoint_files import kept_checkpoints, step_of
from lm_core.runs.run import Run
from lm_core.training.state import TrainState

LONGEST_NAME = 120


def child_config(parent: RunConfig, run_id: str, step: int, settings: dict[str, str]) -> RunConfig:
    """The parent's configuration from that step on, with settings by dotted name: {"train.learning_rate": "1e-3"}.

    A parent that ends at that step would leave nothing to do: then the child trains as long again, unless `settings`
    say how long.

    Raises:
        ConfigError: there is no such setting, it is out of bounds, or it leaves no step to train.
    """
    steps = parent.train.steps if parent.train.steps > step else step + parent.train.steps
    words = f" · from step {step}"
    child = parent.model_copy(
        update={
            "name": (parent.name or parent.corpus.title or run_id)[: LONGEST_NAME - len(words)] + words,
            "train": parent.train.model_copy(update={"steps": steps}),
            "start": StartPoint(run=run_id, step=step),
        }
    )
    return with_settings(child, settings)


def checkpoint_to_go_on_from(config: RunConfig, parent: Run) -> Path:
    """The parent's checkpoint that the child begins with.

    Raises:
        ConfigError: the child wants another model, text, tokenizer or seed.
        RunError: the parent keeps no checkpoint of that step.
    """
    assert config.start is not None
    if config.model.architecture == "counts":
        raise ConfigError("A run that counts is done in seconds and begins anew each time: no other can go on from it.")
    _refuse_another_experiment(config, parent.read_config())
    kept = {step_of(path): path for path in kept_checkpoints(parent)}
    if config.start.step not in kept:
        steps = ", ".join(map(str, kept)) or "none"
        raise RunError(
            f'Run "{parent.id}" keeps no model of step {config.start.step}. It keeps these steps: {steps}. '
            "Choose one of them."
        )
    return kept[config.start.step]


def copy_beginning(parent: Run, checkpoint: Path, child: Run) -> None:
    """All that the child needs of its parent: a checkpoint, the tokenizer, and, where they are there, the tokens.

    Raises:
        RunError: the checkpoint is damaged, or has just been replaced by a newer one.
    """
    try:
        shutil.copyfile(checkpoint, child.start_path)
    except FileNotFoundError:
        raise RunError(f"The checkpoint {checkpoint.name} has just been replaced by a newer one. Try again.") from None
    read_tensors(child.start_path)
    shutil.copytree(parent.tokenizer_folder, child.tokenizer_folder)
    if parent.tokens_folder.is_dir() and parent.facts_path.exists():  # a run that was shared has no tokens
        shutil.copytree(parent.tokens_folder, child.tokens_folder)
        shutil.copyfile(parent.facts_path, child.facts_path)  # last: it says that the rest is whole


def begin_as_parent(run: Run, start: StartPoint, state: TrainState) -> bool:
    """Turn a fresh state into the parent's at that step; False where the optimizer begins anew.

    Raises:
        RunError: the copied checkpoint is missing, damaged, or of another model.
    """
    return state.go_on_from(read_tensors(run.start_path), start.step)


def _refuse_another_experiment(config: RunConfig, parent: RunConfig) -> None:
    ours, theirs = _flat(config), _flat(parent)
    other = next((name for name in theirs if ours.get(name) != theirs[name]), None)
    if other is not None:
        raise ConfigError(
            f"A run that goes on from another keeps its model, text, tokenizer and seed, and {other} was "
            f"{theirs[other]} there, not {ours.get(other)}. Change only settings of train, or begin anew."
        )


def _flat(config: RunConfig) -> dict[str, Any]:
    """What must be the same, by dotted names; what a text is called does not matter."""
    values = config.model_dump()
    flat = {"train.validation_fraction": values["train"]["validation_fraction"], "seed": values["seed"]}
    for group in ("corpus", "tokenizer", "model"):
        flat |= {f"{group}.{name}": value for name, value in values[group].items()}
    flat.pop("corpus.title")
    return flat
