"""The library `transformers`, where it is installed."""

import importlib.util

import pytest


@pytest.fixture(scope="session")
def transformers():
    """The library; a test that asks for it is skipped where it is not installed."""
    if not importlib.util.find_spec("transformers"):
        pytest.skip("transformers is not installed: make test-all installs it")
    import transformers

    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    return transformers
