"""What people call a pretrained model in, the model out: "smollm2", a folder, a .gguf file, an id on huggingface.co."""

from __future__ import annotations

from pathlib import Path

from lm_core.errors import ModelError
from lm_core.interop.gguf import read_gguf, smollm2_file
from lm_core.interop.hub import bytes_to_fetch, is_hub_id, read_from_hub
from lm_core.interop.huggingface import read_folder
from lm_core.interop.pretrained import Pretrained

SMOLLM2 = "smollm2"
LONGEST_NAME = 1000


def find_pretrained(name: str, *, context_length: int | None = None, files: bool = True) -> Pretrained:
    """The model of that name; its weights are not read yet, but a hub's are fetched. Without `files`, no folder or
    file of this machine is looked at.

    Raises:
        ModelError: there is no such model, or it cannot be read here.
    """
    name = name.strip()
    if name.lower() == SMOLLM2:
        return read_gguf(smollm2_file(), context_length=context_length)
    path = Path(name).expanduser()
    if files and name and len(name) < LONGEST_NAME and path.exists():
        read = read_folder if path.is_dir() else read_gguf
        return read(path, context_length=context_length)
    _refuse_no_id(name)
    return read_from_hub(name, context_length=context_length)


def must_fetch(name: str, *, files: bool = True) -> int:
    """Bytes that would come over the network before that model can be looked at.

    Raises:
        ModelError: there is no such model, or no network.
    """
    name = name.strip()
    if name.lower() == SMOLLM2 or (files and name and len(name) < LONGEST_NAME and Path(name).expanduser().exists()):
        return 0
    _refuse_no_id(name)
    return bytes_to_fetch(name)


def _refuse_no_id(name: str) -> None:
    if not is_hub_id(name):
        raise ModelError(
            f'There is no model "{name[:60]}". Name a folder with config.json and safetensors, a .gguf file, an id on '
            f'huggingface.co such as openai-community/gpt2, or "{SMOLLM2}".'
        )
