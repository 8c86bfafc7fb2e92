import pytest
import torch

from lm_core.config import ModelConfig
from lm_core.interpret.snapshot import take_snapshot
from lm_core.models.registry import build_model

IDS = [1, 5, 2, 2, 9, 0]


@pytest.fixture
def model():
    torch.manual_seed(0)
    config = ModelConfig(n_layers=3, n_heads=4, n_kv_heads=2, d_model=32, context_length=12, dropout=0.3)
    model = build_model(config, 11)
    for weight in model.parameters():
        torch.nn.init.normal_(weight, std=0.3)
    return model


@pytest.fixture
def snapshot(model):
    return take_snapshot(model, IDS, [f"t{i}" for i in IDS], step=7)
