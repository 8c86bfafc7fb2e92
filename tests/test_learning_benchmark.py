"""The clock of benchmarks/learning.py can only be trusted if both sides are alike and the score is right."""

import numpy as np
import pytest
import torch

from benchmarks import learning
from lm_core.data.batches import validation_windows
from lm_core.data.dataset import TokenDataset
from lm_core.models.registry import build_model, count_parameters
from lm_core.presets import RECIPES
from lm_core.training.evaluation import evaluate


@pytest.fixture
def dataset():
    ids = np.random.default_rng(0).integers(0, 66, 3000).astype(np.uint16)
    return TokenDataset(ids[:1000], ids[1000:], vocab_size=66, train_bytes=1000, validation_bytes=2000)


@pytest.fixture
def model():
    torch.manual_seed(0)
    return build_model(learning.experiment("modern", 1).model, 66).eval()


def test_the_modern_model_has_no_more_parameters_than_the_classic_one():
    sizes = {recipe: count_parameters(learning.experiment(recipe, 1).model, 66)["total"] for recipe in RECIPES}
    assert 0.99 * sizes["classic"] < sizes["modern"] <= sizes["classic"] == 805_376


def test_both_sides_read_the_same_number_of_tokens_a_step():
    classic, modern = (learning.experiment(recipe, 1) for recipe in RECIPES)
    assert (classic.train.batch_size, classic.model.context_length) == (12, 64)
    assert (modern.train.batch_size, modern.model.context_length) == (12, 64)


def test_the_plain_score_is_what_training_reports_at_its_end(dataset, model):
    windows = validation_windows(dataset.validation, context_length=64, n_windows=None)
    assert learning.whole_split_loss(model, dataset) == pytest.approx(evaluate(model, windows), rel=1e-5)


def test_a_model_that_sees_the_next_token_is_caught(dataset, model):
    learning.check_causality(model, dataset)
    with pytest.raises(AssertionError):
        learning.check_causality(lambda ids: model(ids.roll(-1, dims=1)), dataset)
