"""The library `transformers`, where it is installed, and a small folder of ours that needs no such library."""

import importlib.util

import pytest

from lm_core.interop.huggingface import write_folder
from lm_core.tokenizers.byte import ByteTokenizer
from lm_core.tokenizers.export import to_huggingface
from tests.foreign_models import LLAMA, awake


@pytest.fixture(scope="session")
def transformers():
    """The library; a test that asks for it is skipped where it is not installed."""
    if not importlib.util.find_spec("transformers"):
        pytest.skip("transformers is not installed: make test-all installs it")
    import transformers

    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    return transformers


@pytest.fixture
def folder(tmp_path):
    """One of ours as a Llama's folder, with a tokenizer of single bytes."""
    write_folder(awake(LLAMA), tmp_path / "tiny-llama", to_huggingface(ByteTokenizer()))
    return tmp_path / "tiny-llama"
