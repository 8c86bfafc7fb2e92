"""Where training can go on from: a `TrainState` in, one whole file on disk out, and back, bit for bit.

The newest three always stay: a run goes on from them. Beside them, as many as fit 100 MB and at most twelve stay for
good, to open and to go on from later: half of them log-spaced, half at equal distances (`kept_steps`).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import safetensors
import safetensors.torch
import torch
from torch import Tensor

from lm_core.config import FORMAT_VERSION, RunConfig
from lm_core.errors import RunError
from lm_core.files import write_atomically
from lm_core.models.count_model import CountModel
from lm_core.models.gpt import GPT
from lm_core.models.inference import laid_out_for_single_tokens
from lm_core.models.registry import LanguageModel, assemble_model, build_model
from lm_core.runs.checkpoint_files import checkpoints, name_of, newest, of_another_past, step_of
from lm_core.runs.run import Run
from lm_core.training.counting import CountState
from lm_core.training.loop import log_spaced_steps
from lm_core.training.state import TrainState

KEPT = 3
KEPT_FOR_GOOD = 12
BYTES_FOR_GOOD = 100_000_000  # of them all
WEIGHTS = "model."  # the names of weights begin so; the rest is optimizer and random state


def save_checkpoint(run: Run, state: TrainState | CountState, *, epoch: int, keep: str | None = None) -> Path:
    """Write the whole state; the newest three files and the one named `keep` stay, older ones go."""
    return save_tensors(run, state.tensors(), step=state.step, epoch=epoch, keep=keep)


def save_tensors(run: Run, tensors: dict[str, Tensor], *, step: int, epoch: int, keep: str | None = None) -> Path:
    """Write these tensors as the checkpoint of `step`."""
    metadata = {"format_version": str(FORMAT_VERSION), "step": str(step), "epoch": str(epoch)}
    path = run.checkpoints_folder / name_of(step, epoch)
    in_rows = {name: tensor.contiguous() for name, tensor in tensors.items()}  # as the format wants them
    write_atomically(path, safetensors.torch.save(in_rows, metadata))
    for_good = kept_steps(run.read_config(), bytes_of(tensors))
    others = checkpoints(run)
    stale = of_another_past(others)
    for old in others[:-KEPT]:
        if old.name != keep and (step_of(old) not in for_good or old in stale):
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


def load_checkpoint(path: Path, state: TrainState | CountState) -> None:
    """Turn `state` into the one that was saved.

    Raises:
        RunError: the file is missing, damaged, or belongs to another model; `state` is unchanged then.
    """
    state.load_tensors(read_tensors(path))


def open_model(run: Run, path: Path | None = None) -> tuple[LanguageModel, int]:
    """The run's newest model (or that of `path`) in eval mode, of whatever kind, and how many steps it learned.

    Raises:
        RunError: there is no checkpoint yet, or it is damaged or belongs to another model.
    """
    config = run.read_config().model
    if config.architecture != "counts":
        return load_model(run, path)
    path = path or newest(run)
    model = CountModel(config, run.read_facts().vocab_size)
    model.load_tables(_weights_of(path))
    return model.eval(), step_of(path)


def load_model(run: Run, path: Path | None = None) -> tuple[GPT, int]:
    """The run's newest weights (or those of `path`) in a Transformer in eval mode, and how many steps they learned.

    Raises:
        RunError: there is no checkpoint yet, it is damaged or belongs to another model, or the run only counts.
    """
    config = run.read_config().model
    if config.architecture == "counts":
        raise RunError(f'Run "{run.id}" only counts which token follows which: it has no weights. Choose another run.')
    if path is None:
        path = newest(run)
    weights = _weights_of(path)
    vocab_size = run.read_facts().vocab_size
    with torch.device("meta"):  # knows shapes and takes no memory, so a foreign file is refused before it costs any
        expected = dict(build_model(config, vocab_size).named_parameters())
    if {name: tensor.shape for name, tensor in weights.items()} != {name: p.shape for name, p in expected.items()}:
        raise RunError(f'The weights in {path.name} do not fit the model of run "{run.id}". Train it again.')
    read = {  # one at a time: some are large
        name: laid_out_for_single_tokens(config, name, weights.pop(name).to(torch.float32, copy=True))
        for name in expected
    }
    return assemble_model(config, vocab_size, read), step_of(path)


def shared_weights(path: Path) -> dict[str, Tensor]:
    """What is given away of a checkpoint: weights as float32, or counts; nothing of the optimizer."""
    return {
        name: (tensor.to(torch.float32) if tensor.is_floating_point() else tensor).contiguous()
        for name, tensor in _weights_of(path).items()
    }


def _weights_of(path: Path) -> dict[str, Tensor]:
    tensors = read_tensors(path).items()
    return {name.removeprefix(WEIGHTS): tensor for name, tensor in tensors if name.startswith(WEIGHTS)}


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
