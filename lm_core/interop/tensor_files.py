"""A folder's safetensors in: names, shapes and kinds of numbers first, each tensor when it is asked for, out.

A model may be cut into several files; `model.safetensors.index.json` then says which tensor is in which. Nothing of it
is needed: each file begins with a list of what it holds. Other files with weights are pickles, which run programs when
they are read, so they never are.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import safetensors
from torch import Tensor

from lm_core.interop.pretrained import refused

MOST_FILES = 64
PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl")


@dataclass(frozen=True)
class Stored:
    """One tensor in a file; `numbers` is "F32", "F16", "BF16", …"""

    file: Path
    name: str
    shape: tuple[int, ...]
    numbers: str

    def read(self) -> Tensor:
        """The tensor itself.

        Raises:
            ModelError: the file is damaged, or has gone.
        """
        try:
            with safetensors.safe_open(self.file, framework="pt") as file:
                tensor: Tensor = file.get_tensor(self.name)
        except (safetensors.SafetensorError, OSError, ValueError):
            raise refused(f"{self.file.name} is damaged") from None
        return tensor


def tensors_in(folder: Path) -> dict[str, Stored]:
    """All tensors of a folder by name, none of them read.

    Raises:
        ModelError: there are none, a file is damaged, or the weights are pickles.
    """
    files = sorted(folder.glob("*.safetensors"))
    if not files:
        pickles = sorted(path.name for pattern in PICKLES for path in folder.glob(pattern))
        if pickles:
            raise refused(f"its weights are in {pickles[0]}, a pickle, which could run any program when it is opened")
        raise refused("there is no .safetensors file with weights in its folder")
    if len(files) > MOST_FILES:
        raise refused(f"its weights are in {len(files):,} files, and {MOST_FILES} are the most")
    return {name: stored for path in files for name, stored in _list_of(path).items()}


def _list_of(path: Path) -> dict[str, Stored]:
    try:
        with safetensors.safe_open(path, framework="pt") as file:
            parts = {name: file.get_slice(name) for name in file.keys()}  # noqa: SIM118  (it is no dict)
            return {
                name: Stored(path, name, tuple(part.get_shape()), str(part.get_dtype())) for name, part in parts.items()
            }
    except (safetensors.SafetensorError, OSError, ValueError):
        raise refused(f"{path.name} is damaged") from None
