import numpy as np
import pytest

from lm_core.data.dataset import TokenDataset


@pytest.fixture
def dataset():
    """Tokens with something to learn: each is mostly the one before it plus one, modulo 13."""
    random = np.random.default_rng(0)
    jumps = np.where(random.random(3000) < 0.8, 1, random.integers(0, 13, 3000))
    ids = (np.cumsum(jumps) % 13).astype(np.uint16)
    return TokenDataset(ids[:2600], ids[2600:], vocab_size=13, train_bytes=2600, validation_bytes=400)
