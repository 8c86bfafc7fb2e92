"""Where training can go on from: a `TrainState` in, one whole file on disk out, and back, bit for bit.

    checkpoints/s00000500-e3.safetensors      after 500 steps, written by the run's third worker

The worker's number is part of the name, so that a worker that was given up cannot overwrite its successor's file.

The newest three always stay: a run goes on from them. Beside them, as many as fit 100 MB and at most twelve stay for
good, to open and to go on from later: half of them log-spaced, half at equal distances (`kept_steps`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import safetensors
import safetensors.torch
import torch
from torch import Tensor

from lm_core.config import FORMAT_VERSION, RunConfig
from lm_core.errors import RunError
from lm_core.files import write_atomically
from lm_core.models.gpt import GPT
from lm_core.models.registry import build_model
from lm_core.runs.run import Run
from lm_core.training.loop import log_spaced_steps
from lm_core.training.state import TrainState

KEPT = 3
KEPT_FOR_GOOD = 12
BYTES_FOR_GOOD = 100_000_000  # of them all
WEIGHTS = "model."  # the names of weights begin so; the rest is optimizer and random state
_NAME = re.compile(r"s(\d{8})-e(\d+)\.safetensors")


def save_checkpoint(run: Run, state: TrainState, *, epoch: int) -> Path:
    """Write the whole state; the newest three files stay, older ones go."""
    tensors = {name: tensor.contiguous() for name, tensor in state.tensors().items()}
    return save_tensors(run, tensors, step=state.step, epoch=epoch)


def save_tensors(run: Run, tensors: dict[str, Tensor], *, step: int, epoch: int) -> Path:
    """Write these tensors as the checkpoint of `step`."""
    metadata = {"format_version": str(FORMAT_VERSION), "step": str(step), "epoch": str(epoch)}
    path = run.checkpoints_folder / f"s{step:08d}-e{epoch}.safetensors"
    write_atomically(path, safetensors.torch.save(tensors, metadata))
    for_good = kept_steps(run.read_config(), bytes_of(tensors))
    others = checkpoints(run)
    stale = _of_another_past(others)
    for old in others[:-KEPT]:
        if step_of(old) not in for_good or old in stale:
            old.unlink(missing_ok=True)
    return path


def kept_steps(config: RunConfig, n_bytes: int) -> frozenset[int]:
    """The steps whose checkpoints stay for good, if each takes `n_bytes`: dense at first, then at equal distances.

    1500 steps, a checkpoint every 200, 3 MB each: 0, 2, 10, 100, 200, 400, 500, 600, 1000, 1200, 1400, 1500
    """
    count = min(KEPT_FOR_GOOD, BYTES_FOR_GOOD // max(1, n_bytes))
    if count < 2:
        return frozenset()
    train, begin = config.train, config.start.step if config.start else 0
    dense = [begin + step for step in log_spaced_steps(train.steps - begin, count // 2)]
    every = train.checkpoint_every
    even = [step for step in range(every, train.steps, every) if step > begin and step not in dense]
    wanted = count - len(dense)
    if len(even) > wanted:
        even = [even[int((place + 0.5) * len(even) / wanted)] for place in range(wanted)]
    return frozenset((*dense, *even))


def bytes_of(tensors: Mapping[str, Tensor]) -> int:
    """What they take up on the disk, but for their names."""
    return sum(tensor.numel() * tensor.element_size() for tensor in tensors.values())


def kept_checkpoints(run: Run) -> list[Path]:
    """What can be opened, one file a step, in the order of steps; nothing of a past that the run has left."""
    files = checkpoints(run)
    by_step = {step_of(path): path for path in files}  # of two for one step the newer worker's
    stale = _of_another_past(files)
    return [path for _, path in sorted(by_step.items()) if path not in stale]


def checkpoint_near(run: Run, step: int) -> Path:
    """The kept checkpoint nearest to a step, of two equally near the later.

    Raises:
        RunError: the run has saved no model yet.
    """
    kept = kept_checkpoints(run)
    if not kept:
        return _newest(run)
    return min(kept, key=lambda path: (abs(step_of(path) - step), -step_of(path)))


def _of_another_past(files: list[Path]) -> set[Path]:
    """Those of earlier workers beyond a step that a later worker has begun from: it never came there that way."""
    stale, begun = set(), 10**9
    for path in reversed(files):  # the newest first
        if step_of(path) > begun:
            stale.add(path)
        begun = min(begun, step_of(path))
    return stale


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
