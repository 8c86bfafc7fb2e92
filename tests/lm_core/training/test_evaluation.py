import math

import pytest
import torch

from lm_core.config import ModelConfig
from lm_core.data.batches import Batch
from lm_core.models.registry import build_model
from lm_core.training.evaluation import bits_per_byte, evaluate
from lm_core.training.objective import next_token_loss


@pytest.fixture
def model():
    torch.manual_seed(0)
    return build_model(ModelConfig(n_layers=1, n_heads=2, d_model=16, context_length=8, dropout=0.5), 11)


def test_every_target_counts_the_same_however_the_windows_are_batched(model):
    ids = torch.randint(11, (7, 9))
    one = [Batch(ids[:, :-1], ids[:, 1:])]
    uneven = [Batch(ids[:5, :-1], ids[:5, 1:]), Batch(ids[5:, :-1], ids[5:, 1:])]
    assert evaluate(model, uneven) == pytest.approx(evaluate(model, one))
    model.eval()
    assert evaluate(model, one) == pytest.approx(next_token_loss(model(ids[:, :-1]), ids[:, 1:]).item())


def test_evaluation_leaves_the_model_training_and_chance_untouched(model):
    before = torch.get_rng_state()
    ids = torch.randint(11, (2, 9), generator=torch.Generator())
    evaluate(model, [Batch(ids[:, :-1], ids[:, 1:])])
    assert model.training
    assert torch.equal(before, torch.get_rng_state())


def test_without_windows_there_is_no_loss(model):
    assert math.isnan(evaluate(model, []))


def test_bits_per_byte_worked_examples():
    assert bits_per_byte(math.log(2), n_tokens=1000, n_bytes=1000) == pytest.approx(1)
    assert bits_per_byte(1.5, n_tokens=1000, n_bytes=2000) == pytest.approx(1.082, abs=1e-3)
