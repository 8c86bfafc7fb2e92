"""Models by their id on huggingface.co: "owner/name" in, a `Pretrained` whose files are on this machine out.

What was fetched once stays in Hugging Face's own cache and is found there without a network. Only what `read_folder`
reads is fetched: config.json, safetensors, tokenizer.json and the model card.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatch
from importlib.util import find_spec
from pathlib import Path

from lm_core.errors import ModelError
from lm_core.interop.huggingface import read_folder
from lm_core.interop.pretrained import Pretrained

HUB_ID = r"[A-Za-z0-9][\w.-]{0,95}(/[A-Za-z0-9][\w.-]{0,95})?"
FETCHED = ("config.json", "*.safetensors", "tokenizer.json", "README.md")
LARGEST = 20_000_000_000  # bytes


def is_hub_id(text: str) -> bool:
    """'openai-community/gpt2' and 'gpt2' look like one, '../x' and 'C:\\x' do not."""
    return re.fullmatch(HUB_ID, text) is not None and ".." not in text


def read_from_hub(hub_id: str, *, context_length: int | None = None) -> Pretrained:
    """A model by its id, from the cache where it is there already, else fetched; this can take minutes.

    Raises:
        ModelError: there is no network, no such model, it needs an account, or it cannot be read here.
    """
    folder = _cached(hub_id) or _fetched(hub_id)
    return read_folder(
        folder, context_length=context_length, title=hub_id.rpartition("/")[2], source=f"huggingface.co/{hub_id}"
    )


def bytes_to_fetch(hub_id: str) -> int:
    """How much would come over the network; 0 where it is here already.

    Raises:
        ModelError: there is no network, no such model, or it needs an account.
    """
    if _cached(hub_id):
        return 0
    from huggingface_hub import HfApi

    with _saying_what_failed(hub_id):
        files = HfApi().model_info(hub_id, files_metadata=True, timeout=10).siblings or []
    return sum(file.size or 0 for file in files if any(fnmatch(file.rfilename, wanted) for wanted in FETCHED))


def _cached(hub_id: str) -> Path | None:
    _refuse_without_library()
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        folder = Path(snapshot_download(hub_id, allow_patterns=list(FETCHED), local_files_only=True))
    except LocalEntryNotFoundError:
        return None
    return folder if any(folder.glob("*.safetensors")) else None


def _fetched(hub_id: str) -> Path:
    size = bytes_to_fetch(hub_id)
    if size > LARGEST:
        raise ModelError(f"{hub_id} has {size / 1e9:,.0f} GB, and {LARGEST / 1e9:,.0f} GB is the most. Choose another.")
    from huggingface_hub import snapshot_download

    with _saying_what_failed(hub_id):
        return Path(snapshot_download(hub_id, allow_patterns=list(FETCHED)))


def _refuse_without_library() -> None:
    if not find_spec("huggingface_hub"):
        raise ModelError(
            "Models are fetched from huggingface.co by the package huggingface_hub, which is not installed. "
            "Run: make pretrained"
        )


@contextmanager
def _saying_what_failed(hub_id: str) -> Iterator[None]:
    """Inside, what the library and the network raise becomes a sentence of ours."""
    from huggingface_hub.errors import GatedRepoError, HfHubHTTPError, RepositoryNotFoundError

    try:
        yield
    except GatedRepoError:
        raise ModelError(
            f"{hub_id} is given only to people with an account who agreed to its terms. Choose another model."
        ) from None
    except RepositoryNotFoundError:
        raise ModelError(f'There is no model "{hub_id}" on huggingface.co. Check its name.') from None
    except BaseException as error:  # the network's own errors have the class of whichever client is installed
        if not (isinstance(error, HfHubHTTPError | OSError) or type(error).__module__.startswith("http")):
            raise
        raise ModelError(
            f"huggingface.co cannot be reached, so {hub_id} cannot be fetched. Connect to the internet, or name a "
            "folder that holds the model."
        ) from None
