"""Where training can go on from: a `TrainState` in, one whole file on disk out, and back, bit for bit.

    checkpoints/s00000500-e3.safetensors      after 500 steps, written by the run's third worker

The worker's number is part of the name, so that a worker that was given up cannot overwrite its successor's file.
"""

from __future__ import annotations

import re
from pathlib import Path

import safetensors
import safetensors.torch
import torch
from torch import Tensor

from lm_core.config import FORMAT_VERSION
from lm_core.errors import RunError
from lm_core.files import write_atomically
from lm_core.models.gpt import GPT
from lm_core.models.registry import build_model
from lm_core.runs.run import Run
from lm_core.training.state import TrainState

KEPT = 3
WEIGHTS = "model."  # the names of weights begin so; the rest is optimizer and random state
_NAME = re.compile(r"s(\d{8})-e(\d+)\.safetensors")


def save_checkpoint(run: Run, state: TrainState, *, epoch: int, keep: str | None = None) -> Path:
    """Write the whole state; the newest three files and the one named `keep` stay, older ones go."""
    tensors = {name: tensor.contiguous() for name, tensor in state.tensors().items()}
    return save_tensors(run, tensors, step=state.step, epoch=epoch, keep=keep)


def save_tensors(run: Run, tensors: dict[str, Tensor], *, step: int, epoch: int, keep: str | None = None) -> Path:
    """Write these tensors as the checkpoint of `step`."""
    metadata = {"format_version": str(FORMAT_VERSION), "step": str(step), "epoch": str(epoch)}
    path = run.checkpoints_folder / f"s{step:08d}-e{epoch}.safetensors"
    write_atomically(path, safetensors.torch.save(tensors, metadata))
    for old in checkpoints(run)[:-KEPT]:
        if old.name != keep:
            old.unlink(missing_ok=True)
    return path


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


def load_checkpoint(path: Path, state: TrainState) -> None:
    """Turn `state` into the one that was saved.

    Raises:
        RunError: the file is missing, damaged, or belongs to another model; `state` is unchanged then.
    """
    state.load_tensors(read_tensors(path))


def load_model(run: Run, path: Path | None = None) -> tuple[GPT, int]:
    """The run's newest weights (or those of `path`) in a model in eval mode, and how many steps they learned.

    Raises:
        RunError: there is no checkpoint yet, or it is damaged or belongs to another model.
    """
    if path is None:
        path = _newest(run)
    weights = {
        name.removeprefix(WEIGHTS): tensor for name, tensor in read_tensors(path).items() if name.startswith(WEIGHTS)
    }
    config, vocab_size = run.read_config().model, run.read_facts().vocab_size
    with torch.device("meta"):  # knows shapes and takes no memory, so a foreign file is refused before it costs any
        expected = dict(build_model(config, vocab_size).named_parameters())
    if {name: tensor.shape for name, tensor in weights.items()} != {name: p.shape for name, p in expected.items()}:
        raise RunError(f'The weights in {path.name} do not fit the model of run "{run.id}". Train it again.')
    with torch.random.fork_rng(devices=[]):  # fresh weights are drawn, then replaced: nobody's chance may change
        model = build_model(config, vocab_size)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(weights[name])
    return model.eval(), step_of(path)


def read_tensors(path: Path) -> dict[str, Tensor]:
    """All tensors of a checkpoint by name.

    Raises:
        RunError: the file is missing, damaged, or of another format.
    """
    try:
        with safetensors.safe_open(path, framework="pt") as file:
            found = (file.metadata() or {}).get("format_version")
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  (it is no dict)
    except FileNotFoundError:
        raise RunError(f"The checkpoint {path.name} is missing. Start the run again.") from None
    except (safetensors.SafetensorError, OSError):
        raise RunError(f"The checkpoint {path.name} is damaged. Start the run again.") from None
    if found != str(FORMAT_VERSION):
        raise RunError(
            f"The checkpoint {path.name} has format {found}, and this version of Tokenarium reads format "
            f"{FORMAT_VERSION}. Open it with the version that made it, or train the run again."
        )
    return tensors


def step_of(path: Path) -> int:
    """'s00000500-e3.safetensors' -> 500"""
    return _age(path)[1]


def _age(path: Path) -> tuple[int, int]:
    match = _NAME.fullmatch(path.name)
    if match is None:
        raise RunError(f"{path.name} is not the name of a checkpoint. Choose one of the run's own.")
    return int(match[2]), int(match[1])


def _newest(run: Run) -> Path:
    found = checkpoints(run)
    if not found:
        raise RunError(f'Run "{run.id}" has saved no model yet. Wait for its first checkpoint, or stop it to save one.')
    return found[-1]
