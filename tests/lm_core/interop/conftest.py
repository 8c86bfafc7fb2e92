"""A small folder of ours that needs no foreign library."""

import pytest

from lm_core.interop.huggingface import write_folder
from lm_core.tokenizers.byte import ByteTokenizer
from lm_core.tokenizers.export import to_huggingface
from tests.foreign_models import LLAMA, awake


@pytest.fixture
def folder(tmp_path):
    """One of ours as a Llama's folder, with a tokenizer of single bytes."""
    write_folder(awake(LLAMA), tmp_path / "tiny-llama", to_huggingface(ByteTokenizer()))
    return tmp_path / "tiny-llama"
