"""How many threads a run takes."""

import torch
from torch import nn

from lm_core.config import ModelConfig
from lm_core.models.registry import build_model
from lm_core.training.threads import fitting_threads


def test_a_small_model_takes_one_thread_and_a_large_one_all_it_may_have():
    assert fitting_threads(nn.Linear(100, 100), most=8) == 1
    with torch.device("meta"):
        large = build_model(ModelConfig(n_layers=4, n_heads=8, d_model=512), 66)
    assert fitting_threads(large, most=8) == 8
