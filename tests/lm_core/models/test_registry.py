import pytest
import torch

from lm_core.config import ModelConfig
from lm_core.models.registry import PARTS, build_model, count_parameters


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"tie_embeddings": True, "positions": "learned", "norm": "layernorm"},
        {"n_kv_heads": 1, "activation": "swiglu"},
        {"positions": "sinusoidal", "d_mlp": 24},
        {"token_shift": True, "qk_norm": True, "qk_gain": True, "zero_init": True},
    ],
)
def test_the_parts_are_those_of_the_model_and_sum_to_its_size(changes):
    config = ModelConfig(n_layers=2, n_heads=2, d_model=16, context_length=8, **changes)
    counts = count_parameters(config, 11)
    model = build_model(config, 11)
    assert counts["total"] == sum(weight.numel() for weight in model.parameters())
    assert counts["total"] == sum(counts[part] for part in PARTS)
    assert counts["attention"] == sum(w.numel() for block in model.blocks for w in block.attn.parameters())
    assert counts["mlp"] == sum(w.numel() for block in model.blocks for w in block.mlp.parameters())


def test_parameter_counts_worked_example():
    config = ModelConfig(n_layers=1, n_heads=2, d_model=8, context_length=4, positions="learned", norm="rmsnorm")
    assert count_parameters(config, 10) == {
        "embedding": 10 * 8,
        "positions": 4 * 8,
        "attention": 4 * 8 * 8,
        "mlp": 2 * 8 * 32,
        "norms": 3 * 8,
        "head": 8 * 10,
        "total": 80 + 32 + 256 + 512 + 24 + 80,
    }


def test_counting_draws_nothing_from_torchs_generator():
    before = torch.get_rng_state()
    count_parameters(ModelConfig(), 65)
    assert torch.equal(before, torch.get_rng_state())
